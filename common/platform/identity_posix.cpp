#include "common/platform/identity.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::platform {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string os_name() {
  utsname name{};
  if (::uname(&name) < 0) return {};
  return fmt::format("{} {} {}", name.sysname, name.release, name.machine);
}

std::string user_name() {
  const passwd* user = ::getpwuid(::geteuid());
  return user == nullptr ? "" : user->pw_name;
}

std::string foreign_owner_hint(const std::filesystem::path& place,
                               const std::filesystem::path& folder) {
  struct stat status = {};
  if (::stat(place.c_str(), &status) != 0 || status.st_uid == ::geteuid() ||
      ::faccessat(AT_FDCWD, place.c_str(), W_OK, AT_EACCESS) == 0 || errno != EACCES) {
    return {};
  }
  return fmt::format("it belongs to {}; 'sudo chown -R {} {}' makes it yours",
                     status.st_uid == 0 ? "root" : "another user", ::geteuid(),
                     printable(folder.string()));
}

}  // namespace healthmetric::platform
