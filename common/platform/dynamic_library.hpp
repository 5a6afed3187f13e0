#pragma once

#include <string>

namespace healthmetric::platform {

/// A library of the system's that is loaded while the program runs, and kept until its end.
class DynamicLibrary {
 public:
  /// `name` without what the system puts around it, and the version of its binary interface:
  /// "curl", 4. Throws Error{io} with the system's reason.
  DynamicLibrary(const std::string& name, unsigned version);

  /// Lets `function` point to the library's function of that name. Throws Error{io} with the
  /// system's reason when it has none.
  template <typename Function>
  void find(const char* name, Function*& function) const {
    function = reinterpret_cast<Function*>(address_of(name));
  }

 private:
  [[nodiscard]] void* address_of(const char* name) const;

  void* library_;
};

}  // namespace healthmetric::platform
