#include "sender/commands/setup_files.hpp"

#include <optional>

#include "common/base/error.hpp"
#include "common/platform/file.hpp"
#include "common/platform/own_file.hpp"

namespace healthmetric::sender {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxTokenFileBytes = std::uint64_t{64} * 1024;

std::optional<std::string> text_of(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(file, error))) return {};
  return platform::read_file(file, kMaxTokenFileBytes);
}

/// Where a link to the configuration leads: it is somebody's way to keep it elsewhere.
fs::path behind_link(const fs::path& file) {
  std::error_code error;
  const fs::path found = fs::canonical(file, error);
  return error ? file : found;
}

void put_back(const fs::path& file, const std::optional<std::string>& text) {
  if (text) return platform::write_file_atomically(file, *text);
  std::error_code ignored;
  fs::remove(file, ignored);
}

}  // namespace

void write_setup(const SetupFiles& files) {
  platform::expect_own_file(files.token);
  platform::create_private_directories(files.token.parent_path());
  platform::create_private_directories(files.config.parent_path());
  const auto token_before = text_of(files.token);
  platform::write_file_atomically(files.token, files.token_text);
  try {
    platform::write_file_atomically(behind_link(files.config), files.config_text);
  } catch (const Error&) {
    put_back(files.token, token_before);
    throw;
  }
}

}  // namespace healthmetric::sender
