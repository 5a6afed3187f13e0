#include "sender/forge/github_upload_body.hpp"

#include "common/codec/base64.hpp"
#include "common/codec/digest.hpp"
#include "common/platform/file.hpp"
#include "common/text/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;

namespace {

std::string read_in_steps(http::RequestBody& body, std::size_t step) {
  std::string text;
  std::string block(step, '\0');
  while (const std::size_t count = body.read(block)) text.append(block, 0, count);
  return text;
}

}  // namespace

TEST_CASE("a payload body is the JSON of a contents PUT whatever its size") {
  const TempDir dir;
  for (const std::size_t size : {0U, 1U, 2U, 3U, 1000U, 49'152U, 200'001U, 1'500'000U}) {
    const auto file = dir.path() / std::to_string(size);
    const std::string content(size, 'x');
    platform::write_file_atomically(file, content);
    forge::PayloadBody body(file, "say \"hi\"\n", "feature/\xc3\xa4");
    const std::string text = read_in_steps(body, 777);
    REQUIRE(text.size() == body.size_bytes());
    const text::Json json = text::parse_json(text, "body");
    CHECK(text::string_member(json, "message") == "say \"hi\"\n");
    CHECK(text::string_member(json, "branch") == "feature/\xc3\xa4");
    CHECK(text::string_member(json, "content") == base64::encode(content));
    TextSource source(content);
    CHECK(body.git_blob_id() == codec::git_blob_id_of(source, size));
  }
}

TEST_CASE("a body that was sent in part has the blob id of its file") {
  const TempDir dir;
  const std::string content(3'000'000, 'z');
  platform::write_file_atomically(dir.path() / "f", content);
  forge::PayloadBody body(dir.path() / "f", "m", "b");
  std::string block(1'000'000, '\0');
  REQUIRE(body.read(block) > 0);
  REQUIRE(body.read(block) > 0);
  TextSource source(content);
  CHECK(body.git_blob_id() == codec::git_blob_id_of(source, content.size()));
}

TEST_CASE("an empty branch means the repository's default") {
  const TempDir dir;
  platform::write_file_atomically(dir.path() / "f", "abc");
  forge::PayloadBody body(dir.path() / "f", "m", "");
  CHECK_FALSE(text::parse_json(read_in_steps(body, 4096), "body").contains("branch"));
}

TEST_CASE("a body can be sent again from its beginning") {
  const TempDir dir;
  platform::write_file_atomically(dir.path() / "f", std::string(100'000, 'y'));
  forge::PayloadBody body(dir.path() / "f", "m", "b");
  const std::string whole = read_in_steps(body, 65'536);
  body.rewind();
  std::string begin(1000, '\0');
  REQUIRE(body.read(begin) > 0);
  body.rewind();
  CHECK(read_in_steps(body, 1) == whole);

  forge::TextBody text("{}");
  CHECK(read_in_steps(text, 1) == "{}");
  text.rewind();
  CHECK(read_in_steps(text, 10) == "{}");
}

TEST_CASE("a body of a file that is missing names the file") {
  const TempDir dir;
  const auto error = error_of([&] { forge::PayloadBody(dir.path() / "gone.json", "m", ""); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::io);
  CHECK(std::string(error->what()).find("gone.json") != std::string::npos);
}
