#include "sender/http/proxy_environment.hpp"

#include <algorithm>

#include "common/base/ascii.hpp"
#include "common/platform/environment.hpp"

namespace healthmetric::http {

std::vector<NamedProxy> proxies_of_environment() {
  std::vector<NamedProxy> found;
  for (const char* variable :
       {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    std::string value = platform::environment_variable(variable);
    if (!value.empty()) found.push_back({variable, std::move(value)});
  }
  return found;
}

std::vector<NamedProxy> proxies_for(const std::string& scheme) {
  std::vector<NamedProxy> found = proxies_of_environment();
  std::erase_if(found, [&](const NamedProxy& proxy) {
    const std::string name = ascii_lower(proxy.variable);
    return name != scheme + "_proxy" && name != "all_proxy";
  });
  return found;
}

}  // namespace healthmetric::http
