#include "receiver/restore/copier.hpp"

#include <filesystem>

#include "common/codec/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
using payload::RelativePath;
using restore::Copier;
using restore::Copy;
using restore::Destination;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = std::size_t{256} * 1024;
const platform::FileTime kModified{std::chrono::sys_seconds(std::chrono::seconds(1'000'000'000))};

struct Fixture {
  archive::RecordedFile stored(const std::string& text) {
    archive::RecordedFile file;
    file.stored_path = std::to_string(files++) + ".csv";
    file.path = "back/" + file.stored_path;
    platform::OutputFile out(from.path() / file.stored_path);
    out.write(text);
    out.flush();
    file.size_bytes = text.size();
    codec::Sha256 sha256;
    sha256.update(text);
    file.sha256 = sha256.finish_hex();
    return file;
  }

  void push(const archive::RecordedFile& file) {
    Copy copy;
    copy.file = file;
    copy.modified = kModified;
    copy.out = std::make_unique<Destination::NewFile>(destination, RelativePath(file.path));
    copier.push(std::move(copy));
  }

  bool becomes_whole(const archive::RecordedFile& file) {
    push(file);
    return copier.pop().is_whole;
  }

  bool copies_alone(const archive::RecordedFile& file) {
    auto source = storage.open(RelativePath(file.stored_path)).value();
    Destination::NewFile out(destination, RelativePath(file.path));
    return Copier::copy(source, out, file);
  }

  TempDir from;
  TempDir to;
  int files = 0;
  archive::StorageReader storage{from.path()};
  Destination destination{to.path()};
  Copier copier{storage};
};

}  // namespace

TEST_CASE("copies come in their order, small ones and large ones") {
  Fixture fixture;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 300; ++i) {
    texts.emplace_back(i % 7 == 0 ? i * 10'000 : i, static_cast<char>('a' + i % 26));
  }
  std::size_t popped = 0;
  const auto put_next = [&] {
    Copy copy = fixture.copier.pop();
    REQUIRE(copy.is_whole);
    REQUIRE_FALSE(copy.time_error);
    REQUIRE(copy.out->put(Destination::Replace::no));
    const fs::path place = fixture.to.path() / copy.out->place().str();
    REQUIRE(platform::read_file(place, SIZE_MAX) == texts[popped++]);
    REQUIRE(platform::file_state(place)->modified == kModified);
  };
  for (const std::string& text : texts) {
    if (fixture.copier.is_full()) put_next();
    fixture.push(fixture.stored(text));
  }
  while (!fixture.copier.is_empty()) put_next();
  CHECK(popped == texts.size());
}

TEST_CASE("what is not popped leaves nothing") {
  Fixture fixture;
  {
    Copier copier(fixture.storage);
    for (int i = 0; i < 5; ++i) {
      const archive::RecordedFile file = fixture.stored(std::string(4 * kBlock, 'x'));
      Copy copy;
      copy.file = file;
      copy.out =
          std::make_unique<Destination::NewFile>(fixture.destination, RelativePath(file.path));
      copier.push(std::move(copy));
    }
  }
  CHECK(fs::is_empty(fixture.to.path() / "back"));
}

TEST_CASE("a file that is odd does not become whole") {
  Fixture fixture;
  archive::RecordedFile file = fixture.stored("a,b\n");
  CHECK(fixture.becomes_whole(file));
  CHECK(fixture.copies_alone(file));
  SECTION("its size is not that of the summary") {
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{3}, std::uint64_t{5}}) {
      file.size_bytes = size;
      CHECK_FALSE(fixture.becomes_whole(file));
      CHECK_FALSE(fixture.copies_alone(file));
    }
  }
  SECTION("its digest is not that of the summary") {
    file.sha256.back() = file.sha256.back() == '0' ? '1' : '0';
    CHECK_FALSE(fixture.becomes_whole(file));
    CHECK_FALSE(fixture.copies_alone(file));
  }
  SECTION("it is missing, a link or a folder") {
    const fs::path place = fixture.from.path() / file.stored_path;
    fs::remove(place);
    CHECK_FALSE(fixture.becomes_whole(file));
    fs::create_symlink(fixture.stored("a,b\n").stored_path, place);
    CHECK_FALSE(fixture.becomes_whole(file));
    fs::remove(place);
    fs::create_directory(place);
    CHECK_FALSE(fixture.becomes_whole(file));
  }
  SECTION("its path is unsafe") {
    file.stored_path = "../x.csv";
    CHECK_FALSE(fixture.becomes_whole(file));
  }
}

TEST_CASE("a stored file that cannot be read is told from a new one that cannot be written") {
  Fixture fixture;
  archive::RecordedFile file = fixture.stored("a,b\n");
  platform::InputFile folder(platform::open_named_file(fixture.from.path()), "it",
                             platform::FileState{.size_bytes = 4, .modified = {}});
  Destination::NewFile out(fixture.destination, RelativePath(file.path));
  CHECK_THROWS_AS(Copier::copy(folder, out, file), restore::ReadFailed);
}
