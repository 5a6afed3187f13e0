#include "receiver/restore/digested_reader.hpp"

#include <filesystem>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;

namespace {

constexpr std::size_t kBlock = std::size_t{256} * 1024;

struct Fixture {
  platform::InputFile file(const std::string& text) {
    const std::filesystem::path path = dir.path() / std::to_string(files++);
    platform::OutputFile out(path);
    out.write(text);
    out.flush();
    return platform::InputFile(path);
  }

  std::string read(platform::InputFile file, std::size_t most_bytes = SIZE_MAX) {
    got.clear();
    return reader.read(file, [&](std::string_view bytes) {
      got += bytes;
      return got.size() < most_bytes;
    });
  }

  TempDir dir;
  int files = 0;
  restore::DigestedReader reader;
  std::string got;
};

std::string digest_of(const std::string& text) {
  codec::Sha256 sha256;
  sha256.update(text);
  return sha256.finish_hex();
}

/// Other bytes in each block.
std::string text_of(std::size_t size) {
  std::string text;
  for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i);
  text.resize(size);
  return text;
}

}  // namespace

TEST_CASE("files of any size are handed over whole, with their digests") {
  Fixture fixture;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kBlock, kBlock + 1, 4 * kBlock,
                                 11 * kBlock + 5, std::size_t{3}, 2 * kBlock}) {
    const std::string text = text_of(size);
    CHECK(fixture.read(fixture.file(text)) == digest_of(text));
    CHECK(fixture.got == text);
  }
}

TEST_CASE("whoever stops early gets the next file from its beginning") {
  Fixture fixture;
  for (const std::size_t most : {std::size_t{1}, 3 * kBlock}) {
    (void)fixture.read(fixture.file(text_of(20 * kBlock)), most);
    CHECK(fixture.got.size() < 5 * kBlock);
    const std::string text = text_of(5 * kBlock);
    CHECK(fixture.read(fixture.file(text)) == digest_of(text));
    CHECK(fixture.got == text);
  }
}

TEST_CASE("what the user of the bytes throws is not a failure to read") {
  Fixture fixture;
  platform::InputFile file = fixture.file(text_of(8 * kBlock));
  const auto full = [](std::string_view) -> bool {
    throw Error(ErrorCode::io, "the disk is full");
  };
  CHECK_THROWS_WITH(fixture.reader.read(file, full), "the disk is full");
  CHECK(fixture.read(fixture.file("next")) == digest_of("next"));
}

TEST_CASE("a file that cannot be read is told as such") {
  Fixture fixture;
  for (const std::size_t size : {std::size_t{1}, 4 * kBlock}) {
    platform::InputFile folder(platform::open_named_file(fixture.dir.path()), "it",
                               platform::FileState{.size_bytes = size, .modified = {}});
    CHECK_THROWS_AS(fixture.read(std::move(folder)), restore::ReadFailed);
    CHECK(fixture.read(fixture.file("next")) == digest_of("next"));
  }
}
