#include "sender/pack/identity.hpp"

#include "common/base/printable.hpp"
#include "common/base/version.hpp"
#include "common/platform/identity.hpp"

namespace healthmetric::pack {

payload::SenderIdentity local_identity() {
  payload::SenderIdentity identity;
  identity.host = printable(platform::host_name());
  identity.user = printable(platform::user_name());
  identity.version = kVersion;
  identity.os = printable(platform::os_name());
  return identity;
}

}  // namespace healthmetric::pack
