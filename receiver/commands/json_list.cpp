#include "receiver/commands/json_list.hpp"

namespace healthmetric::receiver {

void JsonList::add(const text::Json& object) {
  if (form_ == Form::array) text_ += is_empty_ ? "[" : ",\n ";
  text_ += text::to_text(object);
  if (form_ == Form::lines) text_ += "\n";
  is_empty_ = false;
  if (text_.size() > kPrintedAtOnce) print();
}

void JsonList::finish() {
  if (form_ == Form::array) text_ += is_empty_ ? "[]\n" : "]\n";
  print();
}

void JsonList::print() {
  print_(text_);
  text_.clear();
}

}  // namespace healthmetric::receiver
