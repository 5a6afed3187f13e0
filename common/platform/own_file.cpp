#include "common/platform/own_file.hpp"

#include <system_error>

#include "common/base/printable.hpp"
#include "common/base/system_error.hpp"
#include "common/platform/system_calls.hpp"

namespace healthmetric::platform {
namespace {

/// As write_file_atomically() names what it has not renamed yet.
constexpr std::string_view kTemporary = ".tmp-";
constexpr std::size_t kRandomDigits = 8;

/// "token" of "token.tmp-3f9a1c07"; "" of any other name.
std::string_view written_file(std::string_view temporary) {
  const std::size_t dot = temporary.rfind(kTemporary);
  if (dot == std::string_view::npos) return {};
  const std::string_view digits = temporary.substr(dot + kTemporary.size());
  const bool is_random = digits.size() == kRandomDigits &&
                         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_random ? temporary.substr(0, dot) : std::string_view();
}

}  // namespace

void remove_leftovers(const std::filesystem::path& folder,
                      const std::function<bool(std::string_view)>& is_ours) {
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::filesystem::path& file = entry->path();
    const std::string name = file.filename().string();
    const std::string_view written = written_file(name);
    if (written.empty() || !is_ours(written) || !is_file_of_this_user(file)) continue;
    std::error_code failure;
    std::filesystem::remove(file, failure);  // no error where it is gone
    if (failure) throw_system_error("cannot remove " + in_quotes(file.string()), failure);
  }
}

}  // namespace healthmetric::platform
