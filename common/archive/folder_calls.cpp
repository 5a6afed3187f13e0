#include "common/archive/folder_calls.hpp"

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::archive {

void throw_if(const std::error_code& error, const char* verb, const std::string& shown) {
  if (error) throw_system_error(fmt::format("cannot {} {}", verb, in_quotes(shown)), error.value());
}

std::vector<std::string> names_in(const platform::Folder& folder, const std::string& shown) {
  std::error_code error;
  std::vector<std::string> names = folder.names(error);
  throw_if(error, "list", shown);
  return names;
}

}  // namespace healthmetric::archive
