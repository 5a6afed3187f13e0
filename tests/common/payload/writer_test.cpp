// What the writer writes, read by another reader of JSON and against docs/payload-format.md.
#include "common/payload/writer.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/filters.hpp"
#include "tests/support/memory_streams.hpp"
#include "tests/support/payloads.hpp"

using namespace healthmetric;

namespace {

const payload::RelativePath kPath("sub/Data.JSON");

payload::BatchMetadata metadata() {
  payload::BatchMetadata made;
  made.batch_id = "20240115T103000Z-a-00000001";
  made.timestamp = std::chrono::sys_seconds{std::chrono::seconds(1'705'314'600)};
  return made;
}

/// One entry, given in pieces of `step` bytes, and the end.
std::string written(const payload::RelativePath& path, std::string_view bytes,
                    payload::Encoding encoding, std::size_t step = 1'000'000) {
  TextSink sink;
  payload::PayloadWriter writer(sink);
  writer.begin_entry(path, "text/plain", {}, encoding);
  const std::string sha256 = sha256_text(bytes);
  for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
    writer.content(bytes.substr(0, step));
  }
  writer.end_entry(sha256, {});
  writer.finish(metadata());
  return sink.text;
}

text::Json finished(const payload::BatchMetadata& made) {
  TextSink sink;
  payload::PayloadWriter writer(sink);
  writer.finish(made);
  return text::parse_json(sink.text, "payload")["batch_metadata"];
}

}  // namespace

TEST_CASE("a payload has the documented members") {
  TextSink sink;
  payload::PayloadWriter writer(sink);
  writer.begin_entry(kPath, "application/json",
                     text::Moment{std::chrono::sys_seconds{std::chrono::seconds(1'705'309'200)},
                                  std::chrono::milliseconds(250)},
                     payload::Encoding());
  writer.content("abc");
  writer.end_entry(sha256_text("abc"), {});
  payload::BatchMetadata made = metadata();
  made.batch_name = "test_batch";
  made.source = "/path/to/source";
  made.sender = payload::SenderIdentity{"ws-12", "lab", "0.1.0", "Linux", made.timestamp};
  made.producer = {"ws-12", "i", 7};
  made.folders = {payload::RelativePath("empty")};
  made.gone = {payload::RelativePath("a"), payload::RelativePath("b/c")};
  made.part = {1, true, 1, 3};
  made.skipped = {{"notes.pdf", "unsupported type"}};
  writer.finish(made);
  const text::Json json = text::parse_json(sink.text, "payload");
  const text::Json entry = text::parse_json(
      R"({"filename":"Data.JSON","relative_path":"sub/Data.JSON","extension":".json",
          "content_type":"application/json","modified":"2024-01-15T09:00:00.25Z","content":"YWJj",
          "size":3,"sha256":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"})",
      "entry");
  const text::Json about = text::parse_json(
      R"({"schema_version":2,"batch_id":"20240115T103000Z-a-00000001","batch_name":"test_batch",
          "timestamp":"2024-01-15T10:30:00Z","source_folder":"/path/to/source",
          "sender":{"host":"ws-12","user":"lab","version":"0.1.0","os":"Linux",
                    "token_expires":"2024-01-15T10:30:00Z"},
          "part":{"index":1,"last":true,"batch_files":1,"batch_size":3},
          "total_files":1,"total_size":3,
          "skipped":[{"relative_path":"notes.pdf","reason":"unsupported type"}],
          "producer":"ws-12","instance":"i","sequence":7,"folders":["empty"],"gone":["a","b/c"],
          "files":[{"filename":"Data.JSON","relative_path":"sub/Data.JSON","extension":".json",
                    "size":3}]})",
      "metadata");
  CHECK(json["files"]["sub/Data.JSON"] == entry);
  CHECK(json["batch_metadata"] == about);
  CHECK(json.size() == 2);
}

TEST_CASE("an empty payload is valid") {
  TextSink sink;
  payload::PayloadWriter writer(sink);
  writer.finish(metadata());
  const text::Json json = text::parse_json(sink.text, "payload");
  CHECK(json["files"] == text::Json::object());
  CHECK(json["batch_metadata"]["files"] == text::Json::array());
  CHECK(json["batch_metadata"]["total_files"] == 0);
  CHECK_FALSE(json["batch_metadata"].contains("sender"));
}

TEST_CASE("only the last part has the totals of the batch") {
  payload::BatchMetadata made = metadata();
  made.part = {4, false, 99, 99};
  CHECK(finished(made)["part"] == text::parse_json(R"({"index":4,"last":false})", "part"));
}

TEST_CASE("the totals are those of what was written") {
  payload::BatchMetadata made = metadata();
  made.total_files = 99;
  made.total_size_bytes = 99;
  CHECK(finished(made)["total_files"] == 0);
  CHECK(finished(made)["total_size"] == 0);
}

TEST_CASE("a payload does not depend on how its bytes are split") {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += static_cast<char>(i * 37);
  const std::string whole = written(kPath, bytes, payload::Encoding());
  const text::Json json = text::parse_json(whole, "payload");
  CHECK(text::string_member(json["files"][kPath.str()], "content") == base64::encode(bytes));
  for (std::size_t step = 1; step < 10; ++step) {
    CHECK(written(kPath, bytes, payload::Encoding(), step) == whole);
  }
}

TEST_CASE("names and texts that JSON must escape come back") {
  const std::string name = "a \"b\" {c}/\xf0\x9f\x98\x80 [d].txt";
  const text::Json json =
      text::parse_json(written(payload::RelativePath(name), "x", payload::Encoding()), "payload");
  REQUIRE(json["files"].contains(name));
  CHECK(text::string_member(json["files"][name], "relative_path") == name);
  CHECK(text::string_member(json["batch_metadata"]["files"][0], "relative_path") == name);

  payload::BatchMetadata made = metadata();
  made.batch_name = "quote \" back \\ line \n nul " + std::string(1, '\0');
  made.source = "C:\\data";
  const text::Json about = finished(made);
  CHECK(text::string_member(about, "batch_name") == made.batch_name);
  CHECK(text::string_member(about, "source_folder") == made.source);
}

TEST_CASE("texts are shortened to the reader's limit, between characters") {
  payload::BatchMetadata made = metadata();
  made.source = "x";
  while (made.source.size() <= payload::kMaxTextBytes) made.source += "\xc3\xa4";
  const std::string cut = text::string_member(finished(made), "source_folder");
  CHECK(cut.size() == 4095);
  CHECK(made.source.starts_with(cut));
}

TEST_CASE("an entry has the size and digest of what was read") {
  const payload::Encoding encoding = GENERATE(payload::Encoding(), zstd_encoding());
  TextSink sink;
  payload::PayloadWriter writer(sink);
  writer.begin_entry(kPath, "text/plain", {}, encoding);
  const std::string bytes(10'000, 'x');
  writer.content(bytes);
  writer.content("");
  const auto entry = writer.end_entry(sha256_text(bytes), {});
  writer.finish(metadata());
  const text::Json json = text::parse_json(sink.text, "payload")["files"][kPath.str()];
  const char* const member = encoding == payload::Encoding() ? "content" : "content_zstd";
  CHECK(entry.size_bytes == 10'000);
  CHECK(entry.encoded_bytes == text::string_member(json, member).size());
  CHECK(text::string_member(json, "sha256") == sha256_text(bytes));
  CHECK(json["size"] == 10'000);
  CHECK(json.contains("content") != json.contains("content_zstd"));
}

TEST_CASE("a writer rewound in the middle of a frame writes the next one completely") {
  TextSink sink;
  payload::PayloadWriter writer(sink);
  const auto begin = writer.mark();
  writer.begin_entry(kPath, "text/plain", {}, zstd_encoding());
  writer.content(std::string(100'000, 'a'));
  writer.rewind_to(begin);
  sink.text.resize(begin.written_bytes);
  writer.begin_entry(kPath, "text/plain", {}, zstd_encoding());
  writer.content("abc");
  writer.end_entry(sha256_text("abc"), {});
  writer.finish(metadata());

  TextSource source(sink.text);
  payload::Budget budget{payload::Limits()};
  PayloadRecorder recorder;
  CHECK(payload::read_payload(source, budget, recorder).total_files == 1);
  CHECK(recorder.contents == std::vector<std::string>{"abc"});
}

TEST_CASE("a mark has the number of bytes written before it") {
  TextSink sink;
  payload::PayloadWriter writer(sink);
  for (int i = 1; i <= 3; ++i) {
    const payload::RelativePath path(std::to_string(i));
    writer.begin_entry(path, "text/plain", {}, payload::Encoding());
    writer.content("12345");
    writer.end_entry(sha256_text("12345"), {});
    CHECK(writer.mark().written_bytes == sink.text.size());
    CHECK(writer.mark().entries == static_cast<std::uint64_t>(i));
    CHECK(writer.mark().content_bytes == static_cast<std::uint64_t>(5 * i));
  }
}

TEST_CASE("at the limit there is no space left") {
  const payload::Encoding encoding = GENERATE(payload::Encoding(), zstd_encoding());
  TextSink sink;
  payload::PayloadWriter writer(sink);
  writer.begin_entry(kPath, "text/plain", {}, encoding);
  CHECK(writer.room_for_content(0) == 0);
  CHECK(writer.room_for_content(payload::PayloadWriter::fresh_part_bytes(kPath)) == 0);
  CHECK(writer.room_for_content(1'000'000) > 0);
}

TEST_CASE("a part stays within its limit if all of its metadata must be escaped") {
  TextSink sink;
  payload::PayloadWriter writer(sink);
  constexpr std::uint64_t kLimit = 50'000;
  std::string name(250, '"');
  const payload::RelativePath path(name + "/" + name);
  writer.begin_entry(path, "application/octet-stream", text::Moment{}, payload::Encoding());
  const std::uint64_t room = writer.room_for_content(kLimit);
  REQUIRE(room > 0);
  writer.content(std::string(room, '\xff'));
  payload::Chunk chunk{.index = 1'000'000,
                       .offset_bytes = UINT64_MAX / 2,
                       .last = true,
                       .file_size_bytes = UINT64_MAX,
                       .file_sha256 = std::string(64, 'f')};
  writer.end_entry(chunk.file_sha256, chunk);
  payload::BatchMetadata made = metadata();
  made.batch_name = std::string(64, '"');
  made.source = "/" + std::string(1000, '"');
  made.sender = payload::SenderIdentity{std::string(64, '"'), std::string(64, '"'), "0.1.0"};
  made.part = {999'999, true, UINT64_MAX, UINT64_MAX};
  writer.finish(made);
  CHECK(sink.text.size() <= kLimit);
}

TEST_CASE("incompressible bytes stay within the limit, too") {
  TextSink sink;
  payload::PayloadWriter writer(sink);
  constexpr std::uint64_t kLimit = 400'000;
  writer.begin_entry(kPath, "text/plain", {}, zstd_encoding());
  const std::uint64_t room = writer.room_for_content(kLimit);
  REQUIRE(room > 200'000);
  std::string noise;
  for (std::uint64_t state = 1; noise.size() < room;) {
    // Marsaglia, "Xorshift RNGs".
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    noise += static_cast<char>(state & 0xFFU);
  }
  writer.content(noise);
  writer.end_entry(sha256_text(noise), {});
  writer.finish(metadata());
  CHECK(sink.text.size() <= kLimit);
}
