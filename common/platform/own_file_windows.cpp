#include "common/platform/own_file.hpp"

#include "common/base/printable.hpp"
#include "common/platform/file_kind.hpp"
#include "common/platform/system_calls.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {

/// The folder, which is this user's, tells whose it is.
bool is_file_of_this_user(const std::filesystem::path& file) {
  std::error_code error;
  return entry_type(file, error) == std::filesystem::file_type::regular && !error;
}

Handle open_own_file(const std::filesystem::path& path) {
  expect_own_file(path);
  constexpr DWORD kAccess = GENERIC_READ | GENERIC_WRITE;
  Handle file = open_shared(path, kAccess, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, private_access());
  if (!file) throw_last_error("cannot open " + in_quotes(path.string()));
  return file;
}

}  // namespace healthmetric::platform
