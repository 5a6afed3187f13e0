#include "receiver/page/string_table.hpp"

#include "receiver/page/columns.hpp"
#include "tests/support/catch.hpp"

using namespace healthmetric;
using page::StringTable;

TEST_CASE("a text has one index") {
  StringTable table(0);
  CHECK(table.index_of("a") == 0);
  CHECK(table.index_of("b") == 1);
  CHECK(table.index_of("a") == 0);
  CHECK(table.to_json() == R"(["a","b"])");
}

TEST_CASE("what would not be seen, or turn a line around, is spelled out") {
  StringTable table(0);
  table.index_of("a\nb");
  table.index_of("\u202e");
  table.index_of("\xff");
  table.index_of("\"\\");
  CHECK(table.to_json() == R"(["a\\x0ab","\\u{202e}","\\xff","\"\\"])");
}

TEST_CASE("a long text is cut between characters") {
  StringTable table(5);
  CHECK(table.index_of("12345") == 0);
  CHECK(table.index_of("1234é") == 1);
  CHECK(table.index_of("123456") == 2);
  CHECK(table.to_json() == R"(["12345","1234…","12345…"])");
}

TEST_CASE("a column of digests has eight digits each, of whatever it is given") {
  page::DigestColumn column;
  column.add(std::string(64, 'b'));
  column.add("");
  column.add("<script>");
  column.add("ABCDEF01");
  CHECK(column.to_json() == R"("bbbbbbbb????????????????????????")");
}
