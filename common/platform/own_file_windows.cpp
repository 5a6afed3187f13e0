#include "common/platform/own_file.hpp"

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file_kind.hpp"
#include "common/platform/system_calls.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {

/// What cannot be looked at is told of by who opens it.
void expect_own_file(const std::filesystem::path& path) {
  using std::filesystem::file_type;
  std::error_code error;
  const file_type type = entry_type(path, error);
  if (error || type == file_type::regular || type == file_type::not_found) return;
  throw Error(ErrorCode::io, fmt::format("cannot use {}: it is {}, not a regular file of this "
                                         "program; remove it",
                                         in_quotes(path.string()), kind_of(type)));
}

/// The folder, which is this user's, tells whose it is.
bool is_file_of_this_user(const std::filesystem::path& file) {
  std::error_code error;
  return entry_type(file, error) == std::filesystem::file_type::regular && !error;
}

Handle open_own_file(const std::filesystem::path& path) {
  expect_own_file(path);
  constexpr DWORD kAccess = GENERIC_READ | GENERIC_WRITE;
  constexpr DWORD kShare = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  Handle file = adopt(::CreateFileW(system_path(path).c_str(), kAccess, kShare, private_access(),
                                    OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr));
  if (!file) throw_last_error("cannot open " + in_quotes(path.string()));
  return file;
}

}  // namespace healthmetric::platform
