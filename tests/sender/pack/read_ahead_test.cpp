#include "sender/pack/read_ahead.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/payloads.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;

namespace {

/// Files of a folder of their own, in the order in which they are added.
struct Files {
  void add(const std::string& name, std::string_view text) {
    platform::write_file_atomically(dir.path() / name, text);
    list.add(payload::RelativePath(name), dir.path().string() + "/");
  }

  TempDir dir;
  select::FileList list;
};

std::string all_of(pack::SourceContent& content) {
  std::string text;
  for (std::string_view bytes = content.read(); !bytes.empty(); bytes = content.read()) {
    text += bytes;
  }
  return text;
}

}  // namespace

TEST_CASE("each file read ahead has its digest") {
  Files files;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 40; ++i) {
    texts.emplace_back(i * 37'001 % 500'000, static_cast<char>('a' + i % 26));
    files.add("f" + std::to_string(i), texts.back());
  }
  pack::ReadAhead ahead(files.list, pack::ReadAhead::EarlyBlocks::yes,
                        payload::Limits{}.max_file_bytes);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto content = ahead.open(i);
    CHECK(content->facts().size_bytes == texts[i].size());
    CHECK(content->facts().modified);
    CHECK(all_of(*content) == texts[i]);
    CHECK(content->read().empty());
    CHECK(content->is_whole());
    CHECK(content->sha256() == sha256_text(texts[i]));
  }
}

TEST_CASE("files read ahead may be skipped or left in the middle") {
  Files files;
  for (const char* name : {"a", "b", "c", "d"}) files.add(name, std::string(1'000'000, *name));
  pack::ReadAhead ahead(files.list, pack::ReadAhead::EarlyBlocks::yes,
                        payload::Limits{}.max_file_bytes);
  CHECK(ahead.open(1)->read().front() == 'b');
  CHECK(all_of(*ahead.open(3)) == std::string(1'000'000, 'd'));
}

TEST_CASE("a file that cannot be opened says so when it is read, and the next one goes on") {
  Files files;
  files.add("a", "1");
  files.add("b", "2");
  std::filesystem::remove(files.dir.path() / "a");
  pack::ReadAhead ahead(files.list, pack::ReadAhead::EarlyBlocks::yes,
                        payload::Limits{}.max_file_bytes);
  const auto gone = ahead.open(0);
  CHECK(error_code_of([&] { gone->read(); }) == ErrorCode::io);
  CHECK_FALSE(gone->is_whole());
  CHECK(all_of(*ahead.open(1)) == "2");
}

TEST_CASE("reading ahead stops when its reader is destroyed") {
  Files files;
  files.add("large", std::string(20'000'000, 'x'));
  pack::ReadAhead ahead(files.list, pack::ReadAhead::EarlyBlocks::yes,
                        payload::Limits{}.max_file_bytes);
}

TEST_CASE("reading contents out of order is an internal error") {
  Files files;
  files.add("a", "1");
  files.add("b", "2");
  pack::ReadAhead ahead(files.list, pack::ReadAhead::EarlyBlocks::yes,
                        payload::Limits{}.max_file_bytes);
  ahead.open(1);
  CHECK(error_code_of([&] { ahead.open(0); }) == ErrorCode::internal);
}

TEST_CASE("a file that grows while it is read is not whole") {
  Files files;
  files.add("a", "12345");
  pack::OpenSource source(files.list[0], {}, payload::Limits{}.max_file_bytes);
  std::string block(100, '\0');
  CHECK(source.read(block) == 5);
  std::filesystem::resize_file(files.dir.path() / "a", 8);
  CHECK(source.read(block) == 0);
  CHECK_FALSE(source.is_whole());
}

TEST_CASE("a file that says it is empty and has a content is read to its end") {
  select::FileList list;
  list.add(payload::RelativePath("version"), "/proc/");
  pack::OpenSource source(list[0], {}, payload::Limits{}.max_file_bytes);
  std::string block(1'000'000, '\0');
  const std::size_t count = source.read(block);
  CHECK(count > 0);
  CHECK(source.facts().size_bytes == count);
  CHECK(source.read(block) == 0);
  CHECK(source.is_whole());
  CHECK(error_code_of([&] { pack::OpenSource(list[0], {}, count - 1); }) == ErrorCode::io);
}

TEST_CASE("a file has only grown if it still begins with what was read") {
  Files files;
  files.add("a", "12345678");
  CHECK(pack::has_only_grown(files.list[0], 5, sha256_text("12345")));
  CHECK_FALSE(pack::has_only_grown(files.list[0], 5, sha256_text("12x45")));
  CHECK_FALSE(pack::has_only_grown(files.list[0], 8, sha256_text("12345678")));
  CHECK_FALSE(pack::has_only_grown(files.list[0], 9, sha256_text("123456789")));
  std::filesystem::remove(files.dir.path() / "a");
  CHECK_FALSE(pack::has_only_grown(files.list[0], 5, sha256_text("12345")));
}
