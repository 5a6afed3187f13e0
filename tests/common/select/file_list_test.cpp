#include "common/select/file_list.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("a list returns the added files sorted by path") {
  select::FileList list;
  for (int i = 9999; i >= 0; --i) {
    const std::string name =
        std::to_string(100'000 + i) + std::string(1 + static_cast<std::size_t>(i) % 50, 'x');
    list.add(payload::RelativePath(name), i % 2 == 0 ? "even/" : "");
  }
  list.sort_by_path();
  REQUIRE(list.size() == 10'000);
  int i = 0;
  for (const select::SourceFile file : list) {
    REQUIRE(file.path.str().starts_with(std::to_string(100'000 + i)));
    REQUIRE(file.location() == (i % 2 == 0 ? "even/" : "") + file.path.str());
    ++i;
  }
}

TEST_CASE("files can be taken out of a list, which keeps the order of the others") {
  select::FileList list;
  for (const char* name : {"a", "b", "c", "d"}) list.add(payload::RelativePath(name), "in/");
  CHECK(list.erase_if([](const select::SourceFile& file) { return file.path.str() == "b"; }) == 1);
  REQUIRE(list.size() == 3);
  CHECK(list[1].path.str() == "c");
  CHECK(list[2].location() == "in/d");
}

TEST_CASE("content in memory has no location") {
  select::FileList list;
  CHECK(list.empty());
  list.add(payload::RelativePath("data.json"));
  CHECK(list[0].is_in_memory());
  CHECK(list[0].location().empty());
}

TEST_CASE("moving a list keeps the references of its files valid") {
  select::FileList list;
  list.add(payload::RelativePath("a"), "in/");
  const select::FileList moved = std::move(list);
  CHECK(moved[0].location() == "in/a");
}
