#pragma once

namespace healthmetric::platform {

/// While it lives, characters are UTF-8 to the C library's functions in this thread, whatever the
/// environment says; elsewhere names are bytes.
class Utf8Characters {
 public:
  Utf8Characters();
  ~Utf8Characters();
  Utf8Characters(const Utf8Characters&) = delete;
  Utf8Characters& operator=(const Utf8Characters&) = delete;

 private:
  void* before_ = nullptr;  ///< the system's
};

}  // namespace healthmetric::platform
