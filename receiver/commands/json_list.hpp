#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "common/text/json.hpp"

namespace healthmetric::receiver {

/// How much of a long list is collected before it is printed.
inline constexpr std::size_t kPrintedAtOnce = 1U << 16U;

/// A list of JSON objects, printed while it is made: memory does not grow with it.
class JsonList {
 public:
  enum class Form {
    array,  ///< all of it is one document
    lines,  ///< each line is one
  };
  using Print = std::function<void(const std::string& text)>;

  JsonList(Form form, Print print) : form_(form), print_(std::move(print)) {}

  void add(const text::Json& object);

  /// Prints what was not printed yet; an empty array where there was nothing.
  void finish();

 private:
  void print();

  Form form_;
  Print print_;
  bool is_empty_ = true;
  std::string text_;
};

}  // namespace healthmetric::receiver
