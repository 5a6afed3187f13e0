#include "receiver/commands/text_table.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

using namespace healthmetric;
using receiver::Align;
using receiver::TextTable;

namespace {

std::string table(std::size_t most_columns, const std::vector<std::vector<std::string>>& rows) {
  std::string text;
  TextTable made({{"NAME", Align::left, true}, {"SIZE", Align::right}}, most_columns,
                 [&](const std::string& lines) { text += lines; });
  for (const auto& row : rows) made.add(row);
  made.finish();
  return text;
}

}  // namespace

TEST_CASE("columns are lined up, and lines have no blanks at their end") {
  CHECK(table(0, {{"a", "1 B"}, {"longer", "10 KiB"}}) ==
        "NAME      SIZE\n"
        "a          1 B\n"
        "longer  10 KiB\n");
}

TEST_CASE("a character of two columns counts as two") {
  CHECK(table(0, {{"心拍数", "1"}, {"a\u0301", "2"}}) ==
        "NAME    SIZE\n"
        "心拍数     1\n"
        "a\u0301          2\n");
}

TEST_CASE("a table without rows prints nothing") {
  CHECK(table(0, {}).empty());
}

TEST_CASE("where a line is too long, the column that shrinks is cut") {
  CHECK(table(20, {{"a name that is much too long", "1 B"}}) ==
        "NAME            SIZE\n"
        "a name that i…   1 B\n");
  SECTION("but never to nothing") {
    CHECK(table(5, {{"a name that is much too long", "1 B"}}) ==
          "NAME      SIZE\n"
          "a name …   1 B\n");
  }
}

TEST_CASE("more rows than are printed at once have one head") {
  const std::string text = table(0, std::vector<std::vector<std::string>>(2500, {"x", "1"}));
  CHECK(text.find("NAME") == text.rfind("NAME"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 2501);
}
