#include "common/platform/dynamic_library.hpp"

#include <dlfcn.h>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::platform {
namespace {

std::string file_name(const std::string& name, unsigned version) {
#if defined(__APPLE__)
  return fmt::format("lib{}.{}.dylib", name, version);
#else
  return fmt::format("lib{}.so.{}", name, version);
#endif
}

[[noreturn]] void throw_loader_error() {
  const char* why = ::dlerror();
  throw Error(ErrorCode::io, printable(why == nullptr ? "no reason given" : why));
}

}  // namespace

DynamicLibrary::DynamicLibrary(const std::string& name, unsigned version)
    : library_(::dlopen(file_name(name, version).c_str(), RTLD_LAZY)) {
  if (library_ == nullptr) throw_loader_error();
}

void* DynamicLibrary::address_of(const char* name) const {
  void* const address = ::dlsym(library_, name);
  if (address == nullptr) throw_loader_error();
  return address;
}

}  // namespace healthmetric::platform
