#pragma once

#include <string>
#include <vector>

namespace healthmetric::platform {

/// The words that the program was started with, as UTF-8, in the form of main()'s parameters: on
/// Windows those are in the code page, which has not every character.
class Arguments {
 public:
  Arguments(int count, const char* const* values);

  [[nodiscard]] int count() const { return static_cast<int>(pointers_.size()); }
  [[nodiscard]] const char* const* values() const { return pointers_.data(); }

 private:
  std::vector<std::string> words_;  ///< what the pointers point to, where it is not main()'s
  std::vector<const char*> pointers_;
};

}  // namespace healthmetric::platform
