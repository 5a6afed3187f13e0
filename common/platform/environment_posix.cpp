#include "common/platform/environment.hpp"

#include <unistd.h>

#include <cstdlib>

#if defined(__APPLE__)
#include <crt_externs.h>
#endif

namespace healthmetric::platform {
namespace {

char** entries() {
#if defined(__APPLE__)
  return *_NSGetEnviron();
#else
  return environ;
#endif
}

}  // namespace

std::string environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

std::vector<std::string> whole_environment() {
  std::vector<std::string> all;
  for (char** entry = entries(); entry != nullptr && *entry != nullptr; ++entry) {
    all.emplace_back(*entry);
  }
  return all;
}

}  // namespace healthmetric::platform
