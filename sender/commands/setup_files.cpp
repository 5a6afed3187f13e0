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

/// A token's file of any profile, whose name the next set-up need not have.
bool is_token_name(std::string_view name) {
  return name == "token" || name.starts_with("token-");
}

/// Of a set-up that was killed while it wrote.
void remove_leftovers(const SetupFiles& files) {
  platform::remove_leftovers(files.token.parent_path(), is_token_name);
  const fs::path config = fs::absolute(behind_link(files.config));
  platform::remove_leftovers(config.parent_path(), [&](std::string_view name) {
    return name == config.filename().string();
  });
}

}  // namespace

void write_setup(const SetupFiles& files) {
  platform::expect_own_file(files.token);
  remove_leftovers(files);
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

void write_token(const SetupFiles& files) {
  platform::expect_own_file(files.token);
  platform::create_private_directories(files.token.parent_path());
  platform::write_file_atomically(files.token, files.token_text);
}

}  // namespace healthmetric::sender
