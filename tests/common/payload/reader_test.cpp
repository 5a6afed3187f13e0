// The reader on payloads written by hand; tests/common/payload_test.cpp has writer and reader.
#include "common/payload/reader.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/filters.hpp"
#include "tests/support/memory_streams.hpp"
#include "tests/support/payloads.hpp"

using namespace healthmetric;

namespace {

payload::BatchMetadata read(std::string_view text, PayloadRecorder& recorder,
                            std::size_t step = 1'000'000) {
  SlowSource source(text, step);
  payload::Budget budget{payload::Limits()};
  return payload::read_payload(source, budget, recorder);
}

std::optional<ErrorCode> code_of(std::string_view text) {
  PayloadRecorder recorder;
  return error_code_of([&] { read(text, recorder); });
}

std::string message_of(std::string_view text) {
  PayloadRecorder recorder;
  return error_text_of([&] { read(text, recorder); });
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A payload of version 1 with one entry of these members.
std::string version_1(const std::string& key, const std::string& members) {
  return R"({"batch_metadata":{"timestamp":"2024-01-15T10:30:00"},"files":{")" + key + "\":{" +
         members + "}}}";
}

const SamplePayload kTwo{.files = {{"sub/a b.txt", "hello"}, {"\xc3\xa4.json", "{}"}}};

}  // namespace

TEST_CASE("a payload reads the same in either order of its keys and wherever it is split") {
  for (const std::string& text : {kTwo.str(), kTwo.metadata_first()}) {
    for (std::size_t step = 1; step <= text.size(); ++step) {
      PayloadRecorder recorder;
      const payload::BatchMetadata metadata = read(text, recorder, step);
      REQUIRE(recorder.entries.size() == 2);
      CHECK(recorder.contents == std::vector<std::string>{"hello", "{}"});
      CHECK(recorder.paths == std::vector<std::string>{"sub/a b.txt", "\xc3\xa4.json"});
      CHECK(metadata.total_files == 2);
      CHECK(metadata.total_size_bytes == 7);
      CHECK(metadata.schema_version == 2);
    }
  }
}

TEST_CASE("an entry carries its digest and its type and its time") {
  PayloadRecorder recorder;
  read(version_1("a", R"("content_type":"text/csv","modified":"2024-01-15T10:30:00Z",)"
                      R"("content":"YWJj")"),
       recorder);
  REQUIRE(recorder.entries.size() == 1);
  const payload::FileEntry& entry = recorder.entries.front();
  // FIPS 180-2, appendix B.1: the SHA-256 of "abc".
  CHECK(entry.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(entry.content_type == "text/csv");
  CHECK(entry.modified ==
        text::Moment{std::chrono::sys_seconds{std::chrono::seconds(1'705'314'600)}});
  CHECK_FALSE(entry.chunk);
}

TEST_CASE("type and time may be null") {
  PayloadRecorder recorder;
  read(version_1("a", R"("content_type":null,"modified":null,"content":"")"), recorder);
  REQUIRE(recorder.entries.size() == 1);
  CHECK(recorder.entries.front().content_type.empty());
  CHECK_FALSE(recorder.entries.front().modified);
}

TEST_CASE("a payload without files is valid") {
  PayloadRecorder recorder;
  CHECK(read(SamplePayload{}.str(), recorder).total_files == 0);
  CHECK(recorder.paths.empty());
}

TEST_CASE("an entry of version 1 is stored under its relative path if it has one") {
  PayloadRecorder recorder;
  read(version_1("key.txt", R"("relative_path":"sub/key.txt","content":"")"), recorder);
  CHECK(recorder.entries.front().path.str() == "sub/key.txt");
}

TEST_CASE("a digest may be written in capitals") {
  const std::string digest = sha256_text("hello");
  std::string capitals = digest;
  for (char& c : capitals) {
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  }
  REQUIRE(capitals != digest);
  CHECK_FALSE(code_of(replaced(kTwo.str(), digest, capitals)));
}

TEST_CASE("a mismatch in an entry is refused with the entry's name") {
  const std::string text = kTwo.str();
  const std::string broken = GENERATE_COPY(
      replaced(text, R"("size":5)", R"("size":6)"), replaced(text, R"("size":5)", R"("size":4)"),
      replaced(text, sha256_text("hello"), sha256_text("hallo")),
      replaced(text, sha256_text("hello"), "abc"),
      replaced(text, sha256_text("hello"), std::string(64, 'g')),
      replaced(text, "aGVsbG8=", "aGVsbG8"), replaced(text, "aGVsbG8=", "aGVsbG8=="),
      replaced(text, "aGVsbG8=", "aGVs bG8="), replaced(text, "aGVsbG8=", "aGVs\\nbG8="),
      replaced(text, "aGVsbG8=", "aGVsbG9="), replaced(text, "aGVsbG8=", "aGVsbG8=aGVs"),
      replaced(text, R"("content":)", R"("content_zstd":)"),
      replaced(text, R"("content":)", R"("contents":)"),
      replaced(text, R"("content":"aGVsbG8=")", R"("content":"aGVsbG8=","content_zstd":"")"),
      replaced(text, R"("content":"aGVsbG8=")", R"("content":null)"));
  INFO(broken);
  CHECK(code_of(broken) == ErrorCode::bad_payload);
  CHECK(contains(message_of(broken), "sub/a b.txt"));
}

TEST_CASE("an entry whose relative path is not its key is refused and named") {
  for (const char* other : {"other/a b.txt", "sub/c.txt"}) {
    const std::string broken = replaced(kTwo.str(), R"("relative_path":"sub/a b.txt")",
                                        std::string(R"("relative_path":")") + other + "\"");
    CHECK(code_of(broken) == ErrorCode::bad_payload);
    CHECK(contains(message_of(broken), "entry 'sub/a b.txt'"));
  }
}

TEST_CASE("missing members of version 2 are reported") {
  const std::string text = kTwo.str();
  const std::string broken = GENERATE_COPY(
      replaced(text, R"("batch_id":)", R"("batch_it":)"),
      replaced(text, R"("timestamp":)", R"("time":)"),
      replaced(text, R"("total_files":)", R"("totals":)"),
      replaced(text, R"("total_size":)", R"("totals":)"),
      replaced(text, R"("files":[)", R"("fails":[)"), replaced(text, R"("sha256":)", R"("sha":)"),
      replaced(text, R"("size":5,"sha256")", R"("seize":5,"sha256")"));
  INFO(broken);
  CHECK(code_of(broken) == ErrorCode::bad_payload);
}

TEST_CASE("totals and the list of files must be those of the entries") {
  const std::string text = kTwo.str();
  const std::string broken =
      GENERATE_COPY(replaced(text, R"("total_files":2)", R"("total_files":3)"),
                    replaced(text, R"("total_files":2)", R"("total_files":1)"),
                    replaced(text, R"("total_size":7)", R"("total_size":8)"),
                    replaced(text, R"("filename":"a b.txt")", R"("filename":"a c.txt")"),
                    replaced(text, R"("files":[{)", R"("files":[{"filename":"extra","size":0},{)"));
  INFO(broken);
  CHECK(code_of(broken) == ErrorCode::bad_payload);
}

TEST_CASE("version 1 totals are checked where they are there") {
  const std::string text =
      R"({"batch_metadata":{"timestamp":"2024-01-15 10:30:00","total_files":1,"total_size":5,)"
      R"("files":[{"filename":"a","size":5}]},"files":{"a":{"content":"aGVsbG8="}}})";
  CHECK_FALSE(code_of(text));
  CHECK(code_of(replaced(text, R"("total_files":1)", R"("total_files":2)")) ==
        ErrorCode::bad_payload);
  CHECK(code_of(replaced(text, R"("total_size":5)", R"("total_size":6)")) ==
        ErrorCode::bad_payload);
  CHECK(code_of(replaced(text, R"("size":5})", R"("size":4})")) == ErrorCode::bad_payload);
  CHECK(code_of(replaced(text, R"("timestamp":"2024-01-15 10:30:00",)", "")) ==
        ErrorCode::bad_payload);
}

TEST_CASE("a newer version is refused with the hint to update the receiver") {
  for (const char* version : {"3", "4294967298", "18446744073709551615"}) {
    const std::string text = replaced(kTwo.str(), R"("schema_version":2)",
                                      std::string(R"("schema_version":)") + version);
    CHECK(code_of(text) == ErrorCode::bad_payload);
    CHECK(contains(message_of(text), "update the receiver"));
  }
}

TEST_CASE("a document without its two keys is not a payload") {
  for (const char* text :
       {"{}", R"({"files":{}})", R"({"batch_metadata":{"timestamp":"2024-01-15T10:30:00Z"}})", "[]",
        "1", "\"files\"", "", "null"}) {
    INFO(text);
    CHECK(code_of(text) == ErrorCode::bad_payload);
  }
}

TEST_CASE("a payload with a duplicate key is refused") {
  const std::string entry = R"("a":{"content":""})";
  const std::string about = R"("batch_metadata":{"timestamp":"2024-01-15T10:30:00Z"})";
  REQUIRE_FALSE(code_of("{" + about + R"(,"files":{)" + entry + "}}"));
  for (const std::string& text :
       {"{" + about + R"(,"files":{)" + entry + "," + entry + "}}",
        "{" + about + R"(,"files":{)" + entry + R"(,"\u0061":{"content":""}}})",
        "{" + about + "," + about + R"(,"files":{}})", "{" + about + R"(,"files":{},"files":{}})",
        version_1("a", R"("content":"","content":"")"),
        version_1("a", R"("size":0,"size":0,"content":"")")}) {
    INFO(text);
    CHECK(code_of(text) == ErrorCode::bad_payload);
  }
}

TEST_CASE("a path that is not safe is refused as such") {
  for (const char* path : {"../a", "/a", "a/../b", "a//b", "./a", "", "a\\\\b", ".git/config",
                           "a/.GIT/b", "a\\u0000b", "a\\nb"}) {
    INFO(path);
    CHECK(code_of(version_1(path, R"("content":"")")) == ErrorCode::unsafe_path);
  }
  CHECK(code_of(version_1("a", R"("relative_path":"../a","content":"")")) ==
        ErrorCode::unsafe_path);
}

TEST_CASE("nesting of eight levels is accepted and of nine is not") {
  const auto with_depth = [](std::size_t depth) {
    return replaced(kTwo.str(), "{",
                    R"({"x":)" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + ",");
  };
  CHECK_FALSE(code_of(with_depth(8)));
  CHECK(code_of(with_depth(9)) == ErrorCode::bad_payload);
}

TEST_CASE("texts of 4096 bytes are accepted and longer ones are not") {
  SamplePayload payload = kTwo;
  payload.source = std::string(4096, 's');
  CHECK_FALSE(code_of(payload.str()));
  payload.source += 's';
  CHECK(code_of(payload.str()) == ErrorCode::bad_payload);
}

TEST_CASE("a text that is not UTF-8 is refused and a byte order mark is not") {
  CHECK_FALSE(code_of("\xef\xbb\xbf" + kTwo.str()));
  CHECK(code_of(replaced(kTwo.str(), "/data", "/d\xff")) == ErrorCode::bad_payload);
  CHECK(code_of(version_1("\xc3", R"("content":"")")) == ErrorCode::bad_payload);
  CHECK(code_of(replaced(kTwo.str(), "{", "{\"x\":\"\xff\",")) == ErrorCode::bad_payload);
}

TEST_CASE("a content is exactly one zstd frame") {
  const std::string frame = zstd_frame("hello");
  const auto with = [](std::string_view bytes) {
    return version_1("a", R"("size":5,"content_zstd":")" + base64::encode(bytes) + "\"");
  };
  PayloadRecorder recorder;
  read(with(frame), recorder);
  CHECK(recorder.contents.front() == "hello");
  CHECK_FALSE(recorder.known_sizes.front());
  CHECK(code_of(with(frame + frame)) == ErrorCode::bad_payload);
  CHECK(code_of(with(frame.substr(0, frame.size() - 1))) == ErrorCode::bad_payload);
  CHECK(code_of(with("hello")) == ErrorCode::bad_payload);
  CHECK(code_of(with("")) == ErrorCode::bad_payload);
}

TEST_CASE("compressed and plain entries can be mixed") {
  std::string text = R"({"batch_metadata":{"timestamp":"2024-01-15T10:30:00Z"},"files":{)";
  std::vector<std::string> expected;
  for (int i = 0; i < 6; ++i) {
    const std::string bytes = "content " + std::to_string(i);
    text += std::string(i == 0 ? "" : ",") + "\"" + std::to_string(i) + "\":{" +
            (i % 2 == 0 ? R"("content":")" + base64::encode(bytes)
                        : R"("content_zstd":")" + base64::encode(zstd_frame(bytes))) +
            "\"}";
    expected.push_back(bytes);
  }
  text += "}}";
  PayloadRecorder recorder;
  read(text, recorder, 5);
  CHECK(recorder.contents == expected);
}

TEST_CASE("an escaped content is unescaped") {
  PayloadRecorder recorder;
  read(version_1("a", R"("content":"\/\/\u002f\/")"), recorder);
  CHECK(recorder.contents.front() == "\xff\xff\xff");
}

TEST_CASE("the parts of a batch share one budget") {
  payload::Limits limits;
  limits.max_batch_bytes = 10;
  limits.max_files = 3;
  const SamplePayload five{.files = {{"a", "12345"}}};
  const auto read_twice = [&](const SamplePayload& second, const payload::Limits& at_most) {
    payload::Budget budget(at_most);
    PayloadRecorder recorder;
    const std::string first_text = five.str();
    const std::string second_text = second.str();
    TextSource first(first_text);
    payload::read_payload(first, budget, recorder);
    TextSource next(second_text);
    payload::read_payload(next, budget, recorder);
  };
  CHECK_FALSE(error_of([&] { read_twice({.files = {{"b", "12345"}}}, limits); }));
  CHECK(error_text_of([&] {
          read_twice({.files = {{"b", "123456"}}}, limits);
        }).find("--max-batch-size") != std::string::npos);
  CHECK(error_text_of([&] {
          read_twice({.files = {{"b", ""}, {"c", ""}, {"d", ""}}}, limits);
        }).find("--max-files") != std::string::npos);
}

TEST_CASE("a file that is too large is stopped on its way") {
  payload::Limits limits;
  limits.max_file_bytes = 1000;
  const std::string text = SamplePayload{.files = {{"a", std::string(3'000'000, 'x')}}}.str();
  SlowSource source(text, 4096);
  payload::Budget budget(limits);
  PayloadRecorder recorder;
  CHECK(error_code_of([&] { payload::read_payload(source, budget, recorder); }) ==
        ErrorCode::too_large);
  CHECK(recorder.contents.front().size() <= 1000);
}

TEST_CASE("an exception of the sink is passed on with the entry's name") {
  class Full final : public payload::PayloadSink {
   public:
    void begin_content(const payload::RelativePath&, std::optional<std::uint64_t>) override {}
    void content(std::string_view) override { throw Error(ErrorCode::io, "disk full"); }
    void end_entry(const payload::FileEntry&) override {}
  };
  Full sink;
  const std::string text = kTwo.str();
  TextSource source(text);
  payload::Budget budget{payload::Limits()};
  const auto error = error_of([&] { payload::read_payload(source, budget, sink); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::io);
  CHECK(contains(error->what(), "sub/a b.txt"));
}

TEST_CASE("no message shows more than the beginning of a long name") {
  const std::string message = message_of(version_1(std::string(2000, 'n'), R"("content":"!")"));
  CHECK(contains(message, std::string(200, 'n')));
  CHECK_FALSE(contains(message, std::string(201, 'n')));
}
