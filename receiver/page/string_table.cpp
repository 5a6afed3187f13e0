#include "receiver/page/string_table.hpp"

#include <utility>

#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/text/json.hpp"

namespace healthmetric::page {
namespace {

std::string shortened(std::string text, std::size_t max_bytes) {
  if (max_bytes == 0 || text.size() <= max_bytes) return text;
  return std::string(utf8_prefix(text, max_bytes)) + "…";
}

}  // namespace

std::size_t StringTable::index_of(std::string_view text) {
  std::string shown = shortened(printable(text), max_bytes_);
  const auto found = indices_.find(shown);
  if (found != indices_.end()) return found->second;
  if (!json_.empty()) json_ += ',';
  text::append_json_string(shown, json_);
  return indices_.emplace(std::move(shown), indices_.size()).first->second;
}

}  // namespace healthmetric::page
