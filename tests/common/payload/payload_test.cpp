// Writer and reader together: what is written reads back, and what is not the format is refused.
#include "common/payload/reader.hpp"
#include "common/payload/writer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/filters.hpp"
#include "tests/support/memory_streams.hpp"
#include "tests/support/payloads.hpp"

using namespace healthmetric;

namespace {

payload::BatchMetadata metadata() {
  payload::BatchMetadata made;
  made.batch_id = "20240115T103000Z-a-00000001";
  made.batch_name = "a \"name\"";
  made.timestamp = std::chrono::sys_seconds{std::chrono::seconds(1'705'314'600)};
  made.source = "/data";
  made.sender = payload::SenderIdentity{"ws-12", "lab", "0.1.0"};
  made.skipped = {{"x.pdf", "unsupported type"}};
  return made;
}

struct Content {
  std::string path;
  std::string bytes;
  payload::Encoding encoding;
};

std::string written(const std::vector<Content>& contents) {
  TextSink sink;
  payload::PayloadWriter writer(sink);
  payload::BatchMetadata made = metadata();
  for (const Content& content : contents) {
    const payload::RelativePath path(content.path);
    writer.begin_entry(path, "text/plain", text::Moment{}, content.encoding);
    writer.content(content.bytes);
    writer.end_entry(sha256_text(content.bytes), {});
    made.part.batch_files += 1;
    made.part.batch_size_bytes += content.bytes.size();
  }
  writer.finish(made);
  CHECK(sink.text.size() == writer.mark().written_bytes);
  return sink.text;
}

payload::BatchMetadata read(std::string_view text, payload::PayloadSink& sink,
                            std::size_t step = 1'000'000, const payload::Limits& limits = {}) {
  SlowSource source(text, step);
  payload::Budget budget(limits);
  return payload::read_payload(source, budget, sink);
}

std::optional<Error> read_error(std::string_view text, const payload::Limits& limits = {}) {
  PayloadRecorder recorder;
  return error_of([&] { read(text, recorder, 1'000'000, limits); });
}

}  // namespace

TEST_CASE("written contents are read back, however they are split") {
  const std::vector<Content> contents = {{"a/b c.txt", "hello"},
                                         {"\xc3\x84.json", ""},
                                         {"large", std::string(300'000, 'x')},
                                         {"z", std::string(5000, 'z'), zstd_encoding()}};
  const std::string text = written(contents);
  for (const std::size_t step : {1U, 7U, 4096U, 1'000'000U}) {
    PayloadRecorder recorder;
    const payload::BatchMetadata made = read(text, recorder, step);
    CHECK(made.schema_version == 2);
    CHECK(made.batch_id == metadata().batch_id);
    CHECK(made.batch_name == metadata().batch_name);
    CHECK(made.timestamp == metadata().timestamp);
    CHECK(made.source == "/data");
    CHECK(made.total_files == 4);
    CHECK(made.total_size_bytes == 305'005);
    REQUIRE(made.sender);
    CHECK(made.sender->host == "ws-12");
    REQUIRE(made.skipped.size() == 1);
    CHECK(made.skipped.front().reason == "unsupported type");
    REQUIRE(recorder.entries.size() == contents.size());
    for (std::size_t i = 0; i < contents.size(); ++i) {
      CHECK(recorder.paths[i] == contents[i].path);
      CHECK(recorder.contents[i] == contents[i].bytes);
      CHECK(recorder.entries[i].size_bytes == contents[i].bytes.size());
      CHECK(recorder.entries[i].content_type == "text/plain");
    }
  }
}

TEST_CASE("the size of a plain content of up to 150 KiB is known ahead") {
  PayloadRecorder recorder;
  read(written({{"small", std::string(150 * 1024, 'x')}, {"none", ""}}), recorder);
  CHECK(recorder.known_sizes[0] == 150 * 1024);
  CHECK(recorder.known_sizes[1] == 0);
}

TEST_CASE("rewinding a writer leaves nothing behind") {
  const std::string expected = written({{"a", "1"}, {"c", "3"}});
  TextSink sink;
  payload::PayloadWriter writer(sink);
  const payload::RelativePath a("a");
  const payload::RelativePath b("b");
  const payload::RelativePath c("c");
  const auto add = [&](const payload::RelativePath& path, std::string_view bytes) {
    writer.begin_entry(path, "text/plain", text::Moment{}, payload::Encoding());
    writer.content(bytes);
    writer.end_entry(sha256_text(bytes), {});
  };
  add(a, "1");
  const auto mark = writer.mark();
  add(b, "2");
  writer.begin_entry(b, "text/plain", {}, payload::Encoding());
  writer.content("half");
  writer.rewind_to(mark);
  sink.text.resize(mark.written_bytes);
  add(c, "3");
  payload::BatchMetadata made = metadata();
  made.part.batch_files = 2;
  made.part.batch_size_bytes = 2;
  writer.finish(made);
  CHECK(sink.text == expected);
}

TEST_CASE("a full part is not over its limit") {
  TextSink sink;
  payload::PayloadWriter writer(sink);
  const std::uint64_t limit = 100'000;
  const payload::RelativePath path("data/" + std::string(200, 'n') + ".json");
  writer.begin_entry(path, "application/json", text::Moment{}, payload::Encoding());
  const std::uint64_t room = writer.room_for_content(limit);
  CHECK(room > 60'000);
  const std::string bytes(room, 'x');
  writer.content(bytes);
  CHECK(writer.room_for_content(limit) < 4);
  writer.end_entry(sha256_text(bytes), {});
  writer.finish(metadata());
  CHECK(sink.text.size() <= limit);
}

TEST_CASE("chunks have their index and offset") {
  TextSink sink;
  payload::PayloadWriter writer(sink);
  const payload::RelativePath path("cut");
  writer.begin_entry(path, "text/plain", {}, payload::Encoding());
  writer.content("end");
  payload::Chunk chunk;
  chunk.index = 3;
  chunk.offset_bytes = 20;
  chunk.last = true;
  chunk.file_size_bytes = 23;
  chunk.file_sha256 = std::string(64, 'a');
  writer.end_entry(sha256_text("end"), chunk);
  payload::BatchMetadata made = metadata();
  made.part = {3, true, 1, 23};
  writer.finish(made);
  PayloadRecorder recorder;
  CHECK(read(sink.text, recorder).part == made.part);
  REQUIRE(recorder.entries.size() == 1);
  REQUIRE(recorder.entries.front().chunk);
  CHECK(recorder.entries.front().chunk->index == 3);
  CHECK(recorder.entries.front().chunk->offset_bytes == 20);
  CHECK(recorder.entries.front().chunk->last);
  CHECK(recorder.entries.front().chunk->file_size_bytes == 23);
  CHECK(recorder.entries.front().chunk->file_sha256 == std::string(64, 'a'));
}

TEST_CASE("version 1 is read in either order of its keys") {
  const std::string files =
      R"("files": {"a b.txt": {"filename": "a b.txt", "content": "aGVsbG8=", "size": 5, "extension": ".txt"}})";
  const std::string about =
      R"("batch_metadata": {"timestamp": "2024-01-15T10:30:00.123456", "source": "/d", "total_files": 1})";
  for (const std::string& text :
       {"{" + files + ",\n" + about + "}", "{ " + about + ", " + files + "}"}) {
    PayloadRecorder recorder;
    const payload::BatchMetadata made = read(text, recorder, 3);
    CHECK(made.schema_version == 1);
    CHECK(made.batch_id.empty());
    CHECK(made.source == "/d");
    CHECK(made.timestamp == metadata().timestamp);
    CHECK(recorder.contents.front() == "hello");
  }
}

TEST_CASE("unknown keys are skipped") {
  const std::string text =
      replaced(written({{"a", "1"}}), R"("files":)", R"("x": [{"y": null}], "files":)");
  CHECK_FALSE(read_error(text));
}

TEST_CASE("a payload that is cut anywhere or followed by more is refused") {
  const std::string text = written({{"a", "12345"}, {"z", std::string(100, 'z'), zstd_encoding()}});
  REQUIRE(text.ends_with("}\n"));
  for (std::size_t size = 0; size + 1 < text.size(); ++size) {
    const auto error = read_error(text.substr(0, size));
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::bad_payload);
  }
  CHECK(read_error(text + "x"));
  CHECK_FALSE(read_error(text + " \n"));
}

TEST_CASE("a payload with any byte changed is refused or reads the same contents") {
  const std::string text = written({{"a", "12345"}});
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const char c : {'"', '0', '}', '\x01', '\xff'}) {
      std::string changed = text;
      changed[at] = c;
      PayloadRecorder recorder;
      if (!error_of([&] { read(changed, recorder); })) CHECK(recorder.contents.front() == "12345");
    }
  }
}

TEST_CASE("limits are checked and named") {
  const std::string text = written({{"a", "12345"}, {"b", "12345"}});
  const auto with = [](std::uint64_t file, std::uint64_t batch, std::uint64_t files) {
    payload::Limits limits;
    limits.max_file_bytes = file;
    limits.max_batch_bytes = batch;
    limits.max_files = files;
    return limits;
  };
  CHECK_FALSE(read_error(text, with(5, 10, 2)));
  for (const payload::Limits& limits : {with(4, 10, 2), with(5, 9, 2), with(5, 10, 1)}) {
    const auto error = read_error(text, limits);
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::too_large);
    CHECK(std::string(error->what()).find("--max-") != std::string::npos);
  }
}

TEST_CASE("decompression stops at the limits, before memory is used") {
  const std::string text = written({{"bomb", std::string(50'000'000, '\0'), zstd_encoding()}});
  CHECK(text.size() < 20'000);
  payload::Limits limits;
  limits.max_file_bytes = 1'000'000;
  PayloadRecorder recorder;
  CHECK(error_code_of([&] { read(text, recorder, 1'000'000, limits); }) == ErrorCode::too_large);
  CHECK(recorder.contents.front().size() <= 1'200'000);
}

TEST_CASE("a payload is recognized by its two keys") {
  const auto looks = [](std::string_view text) {
    TextSource source(text);
    return payload::looks_like_payload(source, {});
  };
  CHECK(looks(written({{"a", "1"}})));
  CHECK(looks(R"({"batch_metadata": {}, "files": {}})"));
  CHECK(looks(R"({"files": {}, "other": 1, "batch_metadata": 5)"));
  CHECK_FALSE(looks(R"({"files": {}})"));
  CHECK_FALSE(looks(R"({"a": {"batch_metadata": {}, "files": {}}})"));
  CHECK_FALSE(looks("[]"));
  CHECK_FALSE(looks(""));
  CHECK_FALSE(looks("hello"));
}
