#include "receiver/restore/read_ahead.hpp"

#include <filesystem>

#include "common/codec/digest.hpp"
#include "common/platform/file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
using restore::ReadAhead;

namespace {

struct Fixture {
  archive::RecordedFile stored(const std::string& text) {
    archive::RecordedFile file;
    file.stored_path = std::to_string(files++) + ".csv";
    platform::OutputFile out(dir.path() / file.stored_path);
    out.write(text);
    out.flush();
    file.size_bytes = text.size();
    codec::Sha256 sha256;
    sha256.update(text);
    file.sha256 = sha256.finish_hex();
    return file;
  }

  /// Whether there is a content, alone.
  bool has_content(const archive::RecordedFile& file, ReadAhead::Read read = ReadAhead::Read::yes) {
    ahead.push(file, read);
    return ahead.pop().is_whole;
  }

  TempDir dir;
  int files = 0;
  archive::StorageReader storage{dir.path()};
  ReadAhead ahead{storage};
};

}  // namespace

TEST_CASE("the contents of many files come in their order") {
  Fixture fixture;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 1000; ++i)
    texts.emplace_back(i % 37, static_cast<char>('a' + i % 26));
  std::size_t pushed = 0;
  for (const std::string& text : texts) {
    for (; pushed < texts.size() && !fixture.ahead.is_full(); ++pushed) {
      fixture.ahead.push(fixture.stored(texts[pushed]), ReadAhead::Read::yes);
    }
    const ReadAhead::Content content = fixture.ahead.pop();
    REQUIRE(content.is_whole);
    REQUIRE(content.bytes == text);
  }
}

TEST_CASE("small and large files share the groups") {
  Fixture fixture;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 60; ++i) {
    texts.emplace_back(i % 3 == 0 ? ReadAhead::kMostBytes - i % 2 : i,
                       static_cast<char>('a' + i % 26));
  }
  std::size_t pushed = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (; pushed < texts.size() && !fixture.ahead.is_full(); ++pushed) {
      const auto read = pushed % 7 == 0 ? ReadAhead::Read::no : ReadAhead::Read::yes;
      fixture.ahead.push(fixture.stored(texts[pushed]), read);
    }
    const ReadAhead::Content content = fixture.ahead.pop();
    REQUIRE(content.is_whole == (i % 7 != 0));
    REQUIRE(content.bytes == (content.is_whole ? texts[i] : ""));
  }
}

TEST_CASE("of a file that is odd there is no content") {
  Fixture fixture;
  archive::RecordedFile file = fixture.stored("a,b\n");
  CHECK(fixture.has_content(file));
  CHECK_FALSE(fixture.has_content(file, ReadAhead::Read::no));
  SECTION("its size is not that of the summary") {
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{5}}) {
      file.size_bytes = size;
      CHECK_FALSE(fixture.has_content(file));
    }
  }
  SECTION("its digest is not that of the summary") {
    file.sha256.back() = file.sha256.back() == '0' ? '1' : '0';
    CHECK_FALSE(fixture.has_content(file));
  }
  SECTION("it is missing, a link or a folder") {
    const std::filesystem::path place = fixture.dir.path() / file.stored_path;
    std::filesystem::remove(place);
    CHECK_FALSE(fixture.has_content(file));
    std::filesystem::create_symlink(fixture.stored("a,b\n").stored_path, place);
    CHECK_FALSE(fixture.has_content(file));
    std::filesystem::remove(place);
    std::filesystem::create_directory(place);
    CHECK_FALSE(fixture.has_content(file));
  }
  SECTION("its path is unsafe") {
    file.stored_path = "../x.csv";
    CHECK_FALSE(fixture.has_content(file));
  }
  SECTION("it is large") {
    CHECK_FALSE(fixture.has_content(fixture.stored(std::string(ReadAhead::kMostBytes + 1, 'x'))));
  }
}
