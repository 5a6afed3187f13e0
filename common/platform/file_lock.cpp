#include "common/platform/file_lock.hpp"

#include <utility>

#include "common/base/error.hpp"
#include "common/platform/file.hpp"

namespace healthmetric::platform {

FileLock::FileLock(std::filesystem::path path, Handle fd)
    : path_(std::move(path)), fd_(std::move(fd)) {}

std::string FileLock::holder(const std::filesystem::path& path) {
  constexpr std::uint64_t kMostBytes = 32;
  try {
    const std::string text = read_file(path, kMostBytes);
    return text.substr(0, text.find_first_not_of("0123456789"));
  } catch (const Error&) {
    return {};  // it is only to be told
  }
}

}  // namespace healthmetric::platform
