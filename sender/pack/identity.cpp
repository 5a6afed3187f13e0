#include "sender/pack/identity.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>

#include "common/base/printable.hpp"
#include "common/base/version.hpp"

namespace healthmetric::pack {

payload::SenderIdentity local_identity() {
  payload::SenderIdentity identity;
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) == 0) identity.host = printable(host.data());
  if (const passwd* user = ::getpwuid(::geteuid())) identity.user = printable(user->pw_name);
  identity.version = kVersion;
  return identity;
}

}  // namespace healthmetric::pack
