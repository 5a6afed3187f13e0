#include "common/platform/own_file.hpp"

#include <system_error>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/system_error.hpp"
#include "common/platform/file_kind.hpp"
#include "common/platform/system_calls.hpp"
#include "common/platform/temporary_name.hpp"

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

void remove_leftovers(const std::filesystem::path& folder,
                      const std::function<bool(std::string_view)>& is_ours) {
  std::error_code error;
  std::filesystem::directory_iterator entry(folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::filesystem::path& file = entry->path();
    const std::string name = file.filename().string();
    const std::string_view written = name_behind_temporary(name);
    if (written.empty() || !is_ours(written) || !is_file_of_this_user(file)) continue;
    std::error_code failure;
    std::filesystem::remove(file, failure);  // no error where it is gone
    if (failure) throw_system_error("cannot remove " + in_quotes(file.string()), failure);
  }
}

}  // namespace healthmetric::platform
