#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/stream.hpp"

namespace healthmetric::platform {

/// Collects text to be written later, in bounded memory: longer text is kept in an unnamed
/// temporary file. Every function throws Error{io}.
class Spool {
 public:
  void append(std::string_view text);
  [[nodiscard]] std::uint64_t size() const { return spilled_bytes_ + memory_.size(); }

  /// Removes everything after the first `size_bytes`.
  void cut_to(std::uint64_t size_bytes);

  /// Writes all of it to `out`.
  void copy_to(Sink& out);

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept;
  };

  void spill();

  std::string memory_;                      ///< the end of the text
  std::unique_ptr<std::FILE, Close> file_;  ///< has the text before it
  std::uint64_t spilled_bytes_ = 0;
};

}  // namespace healthmetric::platform
