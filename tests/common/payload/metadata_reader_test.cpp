#include "common/payload/metadata_reader.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/memory_streams.hpp"

using namespace healthmetric;

namespace {

constexpr text::JsonScanner::Bounds kBounds{
    .max_depth = 8, .max_keys = 1000, .max_string_bytes = 4096};
constexpr std::chrono::sys_seconds kTime{std::chrono::seconds(1'705'314'600)};

payload::DeclaredMetadata read(std::string_view text, std::size_t step = 1'000'000) {
  SlowSource source(text, step);
  text::JsonScanner scanner(source, kBounds);
  payload::DeclaredMetadata declared = payload::read_metadata(scanner);
  scanner.expect_end();
  return declared;
}

}  // namespace

TEST_CASE("empty metadata is version 1") {
  const payload::DeclaredMetadata declared = read("{}");
  CHECK(declared.metadata.schema_version == 1);
  CHECK_FALSE(declared.has_timestamp);
  CHECK_FALSE(declared.total_files);
  CHECK_FALSE(declared.total_size_bytes);
  CHECK_FALSE(declared.listing);
  CHECK_FALSE(declared.metadata.sender);
  CHECK(declared.metadata.batch_id.empty());
  CHECK(declared.metadata.part == payload::Part{});
}

TEST_CASE("metadata of version 2 is read member by member wherever it is split") {
  const std::string text = R"({"files":[{"filename":"x","size":3},{"size":4,"filename":"y"}],
    "skipped":[{"relative_path":"n.pdf","reason":"type"}],"total_size":7,"total_files":2,
    "part":{"index":3,"last":false,"batch_files":5,"batch_size":6},
    "sender":{"host":"h","user":"u","version":"v","more":1},"source_folder":"/s",
    "timestamp":"2024-01-15T10:30:00Z","batch_name":"n","batch_id":"i","schema_version":2})";
  for (std::size_t step = 1; step < 60; ++step) {
    const payload::DeclaredMetadata declared = read(text, step);
    const payload::BatchMetadata& metadata = declared.metadata;
    CHECK(metadata.schema_version == 2);
    CHECK(metadata.batch_id == "i");
    CHECK(metadata.batch_name == "n");
    CHECK(metadata.timestamp == kTime);
    CHECK(declared.has_timestamp);
    CHECK(metadata.source == "/s");
    REQUIRE(metadata.sender);
    CHECK(metadata.sender->host == "h");
    CHECK(metadata.sender->user == "u");
    CHECK(metadata.sender->version == "v");
    CHECK(metadata.part == payload::Part{3, false, 5, 6});
    CHECK(declared.total_files == 2);
    CHECK(declared.total_size_bytes == 7);
    REQUIRE(metadata.skipped.size() == 1);
    CHECK(metadata.skipped.front().path == "n.pdf");
    CHECK(metadata.skipped.front().reason == "type");
    REQUIRE(declared.listing);
    CHECK(declared.listing->files == 2);
    CHECK(declared.listing->size_bytes == 7);
  }
}

TEST_CASE("source is the old name of source_folder") {
  CHECK(read(R"({"source":"/old"})").metadata.source == "/old");
}

TEST_CASE("optional members may be null") {
  const payload::BatchMetadata metadata =
      read(R"({"batch_name":null,"source_folder":null,"sender":null})").metadata;
  CHECK(metadata.batch_name.empty());
  CHECK(metadata.source.empty());
  CHECK_FALSE(metadata.sender);
}

TEST_CASE("unknown members of metadata are ignored at every level") {
  const payload::DeclaredMetadata declared =
      read(R"({"a":[{"b":[null]}],"part":{"index":2,"x":{}},"sender":{"x":[],"host":"h"},
               "skipped":[{"x":1}],"files":[{"x":"y","filename":"f","size":1}]})");
  CHECK(declared.metadata.part.index == 2);
  CHECK(declared.metadata.sender->host == "h");
  CHECK(declared.metadata.skipped.size() == 1);
  CHECK(declared.listing->size_bytes == 1);
}

TEST_CASE("timestamps are read with and without a zone") {
  for (const char* text : {"2024-01-15T10:30:00Z", "2024-01-15T10:30:00",
                           "2024-01-15 10:30:00.123456", "2024-01-15T11:30:00+01:00"}) {
    INFO(text);
    CHECK(read(std::string(R"({"timestamp":")") + text + "\"}").metadata.timestamp == kTime);
  }
}

TEST_CASE("metadata that is of another kind is refused with its member named") {
  const auto* const member = GENERATE(
      R"("timestamp":"yesterday")", R"("timestamp":"2024-02-30T00:00:00Z")", R"("timestamp":1)",
      R"("timestamp":null)", R"("schema_version":"2")", R"("schema_version":2.0)",
      R"("schema_version":-1)", R"("batch_id":1)", R"("batch_name":[])", R"("source_folder":{})",
      R"("source":1)", R"("sender":"me")", R"("sender":{"host":1})", R"("part":1)",
      R"("part":{"index":-1})", R"("part":{"last":1})", R"("part":{"batch_files":"1"})",
      R"("part":{"batch_size":1.5})", R"("total_files":"1")", R"("total_size":-1)",
      R"("total_size":18446744073709551616)", R"("skipped":{})", R"("skipped":[1])",
      R"("skipped":[{"reason":1}])", R"("files":{})", R"("files":["a"])",
      R"("files":[{"filename":1}])", R"("files":[{"size":"1"}])");
  INFO(member);
  const auto error = error_of([&] { read("{" + std::string(member) + "}"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::bad_payload);
  const std::string name = std::string(member).substr(1, std::string(member).find('"', 1) - 1);
  CHECK(std::string(error->what()).find("batch_metadata." + name) != std::string::npos);
  CHECK(std::string(error->what()).find("byte") != std::string::npos);
}

TEST_CASE("metadata that is not an object or has a duplicate member is refused") {
  for (const char* text :
       {"[]", "null", "1", R"("x")", R"({"batch_id":"a","batch_id":"a"})",
        R"({"part":{"index":1,"index":1}})", R"({"skipped":[{"reason":"a","reason":"b"}]})"}) {
    INFO(text);
    CHECK(error_code_of([&] { read(text); }) == ErrorCode::bad_payload);
  }
}

TEST_CASE("numbers that are too large do not wrap around") {
  CHECK(read(R"({"schema_version":4294967298})").metadata.schema_version > payload::kSchemaVersion);
  CHECK(read(R"({"part":{"index":4294967297}})").metadata.part.index != 1);
}

TEST_CASE("a thousand skipped files are kept and the others read all the same") {
  std::string text = R"({"skipped":[)";
  for (int i = 0; i < 1500; ++i) text += R"({"relative_path":"f","reason":"r"},)";
  text.back() = ']';
  CHECK(read(text + "}").metadata.skipped.size() == 1000);
  text.back() = ',';
  CHECK(error_of([&] { read(text + "1]}"); }));
}

TEST_CASE("a name in an error cannot start a new line") {
  const std::string text = error_text_of([] { read("{\"a\\n::error::\\u001b[2J\":tru}"); });
  CHECK(text.find("::error::") != std::string::npos);
  CHECK(text.find('\n') == std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("a tally is independent of the order and depends on names and sizes") {
  const auto tally = [](const std::vector<std::pair<std::string, std::uint64_t>>& files) {
    payload::Tally made;
    for (const auto& [name, size] : files) made.add(name, size);
    return made;
  };
  const payload::Tally one = tally({{"a", 1}, {"b", 2}, {"c", 3}});
  CHECK(one.names == tally({{"c", 3}, {"a", 1}, {"b", 2}}).names);
  CHECK(one.files == 3);
  CHECK(one.size_bytes == 6);
  CHECK(one.names != tally({{"a", 2}, {"b", 1}, {"c", 3}}).names);
  CHECK(one.names != tally({{"a", 1}, {"b", 2}, {"d", 3}}).names);
  CHECK(one.names != tally({{"a", 1}, {"b", 2}}).names);
  CHECK(one.names != tally({{"a", 1}, {"a", 1}, {"b", 2}, {"c", 3}}).names);
}
