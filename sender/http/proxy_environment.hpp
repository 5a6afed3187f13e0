#pragma once

#include <string>
#include <vector>

namespace healthmetric::http {

/// A proxy as an environment variable names it.
struct NamedProxy {
  std::string variable;
  std::string value;  ///< may have a password
};

/// All that libcurl reads and that are not empty, which it takes for none, in its order. HTTP_PROXY
/// is not among them: a web server gives it to its programs with what a client wrote (libcurl,
/// "Environment variables").
std::vector<NamedProxy> proxies_of_environment();

/// Of these, those that count for a URL of that scheme; the first one is used.
std::vector<NamedProxy> proxies_for(const std::string& scheme);

}  // namespace healthmetric::http
