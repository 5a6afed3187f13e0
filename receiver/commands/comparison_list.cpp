#include "receiver/commands/comparison_list.hpp"

#include <utility>

#include "common/base/printable.hpp"
#include "common/platform/file.hpp"
#include "receiver/commands/json_list.hpp"

namespace healthmetric::receiver {
namespace {

class Lines final : public ComparisonList {
 public:
  void add(const ComparedFile& file) override {
    text_ += symbol_of(file.comparison);
    text_ += ' ';
    text_ += printable(file.path);
    text_ += '\n';
    if (text_.size() > kPrintedAtOnce) finish();
  }

  void finish() override {
    platform::print(text_);
    text_.clear();
  }

 private:
  std::string text_;
};

class JsonComparisonList final : public ComparisonList {
 public:
  void add(const ComparedFile& file) override {
    text::Json object = {{"path", file.path}, {"comparison", name_of(file.comparison)}};
    if (file.stored != nullptr) {
      object["stored_path"] = file.stored->stored_path;
      object["batch_id"] = file.batch->batch_id;
    }
    list_.add(object);
  }

  void finish() override { list_.finish(); }

 private:
  void print(const std::string& text) { platform::print(std::exchange(beginning_, "") + text); }

  std::string beginning_ = "{\"files\":";
  JsonList list_{JsonList::Form::array, [this](const std::string& text) { print(text); }};
};

}  // namespace

char symbol_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::same:
      return '=';
    case Comparison::differs:
      return '*';
    case Comparison::only_here:
      return '+';
    case Comparison::only_there:
      return '-';
    case Comparison::unreadable:
      break;
  }
  return '!';
}

const char* name_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::same:
      return "same";
    case Comparison::differs:
      return "differs";
    case Comparison::only_here:
      return "only_here";
    case Comparison::only_there:
      return "only_there";
    case Comparison::unreadable:
      break;
  }
  return "unreadable";
}

std::unique_ptr<ComparisonList> make_comparison_lines() {
  return std::make_unique<Lines>();
}

std::unique_ptr<ComparisonList> make_json_comparison_list() {
  return std::make_unique<JsonComparisonList>();
}

}  // namespace healthmetric::receiver
