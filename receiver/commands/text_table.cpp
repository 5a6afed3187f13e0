#include "receiver/commands/text_table.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "common/base/unicode.hpp"

namespace healthmetric::receiver {
namespace {

constexpr std::size_t kRowsAtOnce = 1000;
constexpr std::size_t kLeastWidth = 8;
constexpr std::string_view kGap = "  ";
constexpr std::string_view kCut = "…";

std::string in_width(const std::string& cell, std::size_t width, Align align) {
  const std::size_t columns = display_columns(cell);
  if (columns > width) {
    std::string cut(first_columns(cell, width - 1));
    cut += kCut;
    return in_width(cut, width, align);
  }
  const std::string blanks(width - columns, ' ');
  return align == Align::left ? cell + blanks : blanks + cell;
}

}  // namespace

TextTable::TextTable(std::vector<Column> columns, std::size_t most_columns, Print print)
    : columns_(std::move(columns)), most_columns_(most_columns), print_(std::move(print)) {
  for (const Column& column : columns_) widths_.push_back(display_columns(column.title));
}

void TextTable::add(std::vector<std::string> cells) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    widths_.at(i) = std::max(widths_.at(i), display_columns(cells[i]));
  }
  rows_.push_back(std::move(cells));
  if (rows_.size() == kRowsAtOnce) finish();
}

void TextTable::finish() {
  const std::vector<std::size_t> widths = fitted();
  std::string text;
  if (!has_head_ && !rows_.empty()) {
    std::vector<std::string> titles;
    for (const Column& column : columns_) titles.push_back(column.title);
    text += line_of(titles, widths);
    has_head_ = true;
  }
  for (const std::vector<std::string>& row : rows_) text += line_of(row, widths);
  rows_.clear();
  if (!text.empty()) print_(text);
}

/// Takes from the widest of the columns that shrink until the line fits, or none can give more.
std::vector<std::size_t> TextTable::fitted() const {
  std::vector<std::size_t> widths = widths_;
  const std::size_t gaps = kGap.size() * (widths.size() - 1);
  std::size_t total = std::accumulate(widths.begin(), widths.end(), gaps);
  while (most_columns_ != 0 && total > most_columns_) {
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const bool can_give = columns_[i].shrinks && widths[i] > kLeastWidth;
      if (can_give && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
    }
    if (widest == nullptr) break;
    *widest -= 1;
    total -= 1;
  }
  return widths;
}

std::string TextTable::line_of(const std::vector<std::string>& cells,
                               const std::vector<std::size_t>& widths) const {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += kGap;
    line += in_width(cells[i], widths[i], columns_[i].align);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

}  // namespace healthmetric::receiver
