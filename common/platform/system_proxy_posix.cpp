#include "common/platform/system_proxy.hpp"

namespace healthmetric::platform {

std::optional<SystemProxy> system_proxy() {
  return {};
}

}  // namespace healthmetric::platform
