#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace healthmetric::receiver {

enum class Align { left, right };

/// A column of a table. If a line is too long for the terminal, columns that shrink are cut.
struct Column {
  std::string title;
  Align align = Align::left;
  bool shrinks = false;
};

/// Aligns columns for people. Rows are printed a thousand at a time, so memory does not grow with
/// them; columns never get narrower from one thousand to the next.
class TextTable {
 public:
  using Print = std::function<void(const std::string& text)>;

  /// `most_columns` is the width of the terminal; 0: unlimited, nothing is cut.
  TextTable(std::vector<Column> columns, std::size_t most_columns, Print print);

  /// One cell for each column, printable.
  void add(std::vector<std::string> cells);

  /// Prints the remaining rows; if there were no rows at all, it prints nothing.
  void finish();

 private:
  [[nodiscard]] std::vector<std::size_t> fitted() const;
  [[nodiscard]] std::string line_of(const std::vector<std::string>& cells,
                                    const std::vector<std::size_t>& widths) const;

  std::vector<Column> columns_;
  std::size_t most_columns_;
  Print print_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> rows_;
  bool has_head_ = false;
};

}  // namespace healthmetric::receiver
