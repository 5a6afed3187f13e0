#include "receiver/unpack/unpack.hpp"

#include <map>

#include "receiver/unpack/publish.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/payloads.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

namespace {

const std::string kId = "20240115T103000Z-a-00000001";
const unpack::NameTemplate kPattern{std::string(unpack::NameTemplate::kDefault)};
const std::string kDay = "a/2024/01/15/";
const std::string kStamp = "20240115T103000Z-00000001_";

/// What the manifest has of one file.
struct Stored {
  std::string path;
  std::string stored_path;
  std::uint64_t size_bytes;
  std::string sha256;
  std::string git_blob;
  std::string content_type;
  bool looks_right;
};

class Fixture {
 public:
  fs::path root() const { return dir_.path(); }

  void put(const std::string& path, std::string_view text) {
    fs::create_directories((root() / path).parent_path());
    platform::write_file_atomically(root() / path, text);
  }

  /// Puts payloads into the inbox, as parts when there are several, and names them a batch.
  unpack::WaitingBatch batch(const std::vector<std::string>& texts) {
    unpack::WaitingBatch made;
    made.id = payload::BatchId::parse(kId);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const bool last = i + 1 == texts.size();
      const std::string path =
          "inbox/" + payload::PayloadName{*made.id, static_cast<unsigned>(i + 1), last}.str();
      put(path, texts[i]);
      made.payloads.push_back({payload::RelativePath(path), texts[i].size()});
    }
    return made;
  }

  /// A payload under a name that tells nothing.
  unpack::WaitingBatch unnamed(const std::string& text) {
    unpack::WaitingBatch made;
    put("inbox/x.json", text);
    made.payloads.push_back({payload::RelativePath("inbox/x.json"), text.size()});
    return made;
  }

  unpack::StagedBatch staged(const unpack::WaitingBatch& waiting,
                             const payload::Limits& limits = {}) {
    identity.reset();
    return unpack::stage(storage, waiting, {kPattern, limits, unpack::GitBlobIds::compute},
                         identity);
  }

  /// What is stored once a batch is staged and published.
  std::vector<Stored> published(const unpack::WaitingBatch& waiting) {
    const unpack::StagedBatch batch = staged(waiting);
    unpack::publish(storage, batch.manifest);
    return entries(batch.manifest);
  }

  /// The message of the error that staging and verifying both end in.
  std::string refusal(const unpack::WaitingBatch& waiting, const payload::Limits& limits = {},
                      ErrorCode code = ErrorCode::bad_payload) {
    const auto error = error_of([&] { staged(waiting, limits); });
    REQUIRE(error);
    CHECK(error->code() == code);
    std::optional<payload::BatchId> ignored;
    CHECK(error_text_of([&] {
            unpack::verify_only(storage, waiting, {kPattern, limits}, ignored);
          }) == error->what());
    return error->what();
  }

  std::vector<Stored> entries(const payload::RelativePath& manifest) {
    std::vector<Stored> found;
    unpack::for_each_entry(storage, manifest, [&](const unpack::ManifestEntry& entry) {
      found.push_back({std::string(entry.path), std::string(entry.stored_path), entry.size_bytes,
                       std::string(entry.sha256), std::string(entry.git_blob),
                       std::string(entry.content_type), entry.looks_like_its_extension});
    });
    return found;
  }

  std::string get(const std::string& path) { return platform::read_file(root() / path, 1'000'000); }

  std::optional<payload::BatchId> identity;

 private:
  TempDir dir_;

 public:
  archive::Storage storage{dir_.path(), archive::Storage::Lock::none};
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string part(unsigned index, bool last, std::uint64_t files = 0, std::uint64_t size = 0) {
  text::Json json = {{"index", index}, {"last", last}};
  if (last) {
    json["batch_files"] = files;
    json["batch_size"] = size;
  }
  return text::to_text(json);
}

std::string chunk(unsigned index, std::uint64_t offset) {
  return text::to_text(text::Json{{"index", index}, {"offset", offset}, {"last", false}});
}

std::string last_chunk(unsigned index, std::uint64_t offset, std::string_view whole) {
  return text::to_text(text::Json{{"index", index},
                                  {"offset", offset},
                                  {"last", true},
                                  {"total_size", whole.size()},
                                  {"sha256", sha256_text(whole)}});
}

/// The files of a batch in parts: "whole" in the first, and "cut" through all three.
std::vector<SamplePayload> three_parts() {
  return {{.files = {{"whole", "12345"}, {"cut", "abc", chunk(1, 0)}}, .part = part(1, false)},
          {.files = {{"cut", "defg", chunk(2, 3)}}, .part = part(2, false)},
          {.files = {{"cut", "hi", last_chunk(3, 7, "abcdefghi")}}, .part = part(3, true, 2, 14)}};
}

std::vector<std::string> texts_of(const std::vector<SamplePayload>& payloads) {
  std::vector<std::string> texts;
  for (const SamplePayload& payload : payloads) texts.push_back(payload.str());
  return texts;
}

}  // namespace

TEST_CASE("a batch is staged with what is known of its files and nothing is published") {
  Fixture fixture;
  const unpack::StagedBatch staged = fixture.staged(
      fixture.batch({SamplePayload{.files = {{"sub/a.txt", "hello"}, {"empty", ""}}}.str()}));
  CHECK(staged.id.str() == kId);
  CHECK(fixture.identity == staged.id);
  CHECK(staged.metadata.total_files == 2);
  CHECK(staged.metadata.total_size_bytes == 5);
  const auto entries = fixture.entries(staged.manifest);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].path == "sub/a.txt");
  CHECK(entries[0].stored_path == kDay + "sub/" + kStamp + "a.txt");
  CHECK(entries[0].size_bytes == 5);
  CHECK(entries[0].sha256 == sha256_text("hello"));
  // `printf hello | git hash-object --stdin`, and git's well-known empty blob.
  CHECK(entries[0].git_blob == "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0");
  CHECK(entries[1].git_blob == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  CHECK_FALSE(fs::exists(fixture.root() / "a"));
  CHECK(fs::exists(fixture.root() / "inbox" / (kId + ".json")));
}

TEST_CASE("the blob id of a file is the same whether its size is known ahead or not") {
  Fixture fixture;
  // Contents of more than 150 KiB have no known size; the other is written with an escape.
  const std::string large(400'000, 'x');
  std::string text = SamplePayload{.files = {{"large", large}, {"small", "hello"}}}.str();
  text = replaced(text, "\"aGVsbG8=\"", "\"\\u0061GVsbG8=\"");
  const auto entries = fixture.entries(fixture.staged(fixture.batch({text})).manifest);
  REQUIRE(entries.size() == 2);
  TextSource source(large);
  CHECK(entries[0].git_blob == codec::git_blob_id_of(source, large.size()));
  CHECK(entries[1].git_blob == "b6fc4c620b67d95f953a5c1c1230aaab5db5a1b0");
}

TEST_CASE("a file whose content does not match its extension is stored with a warning") {
  Fixture fixture;
  const auto entries = fixture.entries(
      fixture
          .staged(fixture.batch(
              {SamplePayload{.files = {{"a.png", "\x89PNG\r\n\x1a\n...."}, {"b.png", "no picture"}}}
                   .str()}))
          .manifest);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].looks_right);
  CHECK(entries[0].content_type == "image/png");
  CHECK_FALSE(entries[1].looks_right);
}

TEST_CASE("published files are the files that were sent") {
  Fixture fixture;
  std::string every_byte;
  for (int i = 0; i < 1000; ++i) every_byte += static_cast<char>(i);
  const auto entries = fixture.published(fixture.batch(
      {SamplePayload{.files = {{"sub/a.bin", every_byte}, {"b.txt", ""}}}.metadata_first()}));
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].stored_path == kDay + "sub/" + kStamp + "a.bin");
  CHECK(fixture.get(entries[0].stored_path) == every_byte);
  CHECK(fixture.get(entries[1].stored_path).empty());
}

TEST_CASE("files are added to the folders of earlier batches") {
  Fixture fixture;
  fixture.put("a/old/x.txt", "older");
  const auto entries = fixture.published(fixture.batch({SamplePayload{
      .files = {{"new/deep/a.txt", "1"},
                {"old/b.txt", "2"},
                {"c.txt", "3"},
                {"new/d.txt", "4"},
                {"old/new/e.txt", "5"}}}.str()}));
  REQUIRE(entries.size() == 5);
  for (const Stored& entry : entries) {
    CHECK(fixture.get(entry.stored_path) ==
          std::string(1, static_cast<char>('1' + (&entry - entries.data()))));
  }
  CHECK(fixture.get("a/old/x.txt") == "older");
}

TEST_CASE("git's ids are computed when they are asked for") {
  Fixture fixture;
  const unpack::WaitingBatch waiting =
      fixture.batch({SamplePayload{.files = {{"a.txt", "1"}}}.str()});
  CHECK(fixture.published(waiting).front().git_blob.size() == 40);
  const unpack::StagedBatch without =
      unpack::stage(fixture.storage, waiting,
                    {kPattern, payload::Limits(), unpack::GitBlobIds::none}, fixture.identity);
  CHECK(fixture.entries(without.manifest).front().git_blob.empty());
}

TEST_CASE("in version 1, an entry's path may follow its content") {
  Fixture fixture;
  const auto entries = fixture.published(
      fixture.unnamed(R"({"files":{"x":{"content":"aGVsbG8=","relative_path":"sub/a.txt"}},)"
                      R"("batch_metadata":{"timestamp":"2024-01-15T10:30:00","source":"s"}})"));
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].path == "sub/a.txt");
  CHECK(contains(entries[0].stored_path, "s/2024/01/15/sub/2024"));
  CHECK(fixture.get(entries[0].stored_path) == "hello");
}

TEST_CASE("version 1 under the name of another batch keeps its own identity") {
  Fixture fixture;
  const std::string text = R"({"files":{"x.txt":{"content":"aGVsbG8="}},)"
                           R"("batch_metadata":{"timestamp":"2024-01-15T10:30:00","source":"s"}})";
  const auto entries = fixture.published(fixture.batch({text}));
  REQUIRE(fixture.identity);
  CHECK(fixture.identity->slug == "s");
  REQUIRE(entries.size() == 1);
  CHECK(contains(entries[0].stored_path, "s/2024/01/15/2024"));
  CHECK(fixture.get(entries[0].stored_path) == "hello");
}

TEST_CASE("publishing a batch again changes nothing") {
  Fixture fixture;
  const unpack::WaitingBatch waiting =
      fixture.batch({SamplePayload{.files = {{"a.txt", "1"}}}.str()});
  const auto once = fixture.published(waiting);
  const auto written = fs::last_write_time(fixture.root() / once.front().stored_path);
  const auto twice = fixture.published(waiting);
  CHECK(twice.front().stored_path == once.front().stored_path);
  CHECK(fixture.get(once.front().stored_path) == "1");
  CHECK(fs::last_write_time(fixture.root() / once.front().stored_path) == written);
}

TEST_CASE("a stored file with different content is kept and the batch is not published") {
  Fixture fixture;
  const std::string taken = kDay + kStamp + "b.txt";
  fixture.put(taken, "older");
  const unpack::StagedBatch staged = fixture.staged(
      fixture.batch({SamplePayload{.files = {{"a.txt", "1"}, {"b.txt", "newer"}}}.str()}));
  const auto error = error_of([&] { unpack::publish(fixture.storage, staged.manifest); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::bad_payload);
  CHECK(contains(error->what(), "b.txt"));
  CHECK(fixture.get(taken) == "older");
  CHECK_FALSE(fs::exists(fixture.root() / (kDay + kStamp + "a.txt")));
}

TEST_CASE("a link at the place of a file is not followed") {
  Fixture fixture;
  const TempDir elsewhere;
  platform::write_file_atomically(elsewhere.path() / "target", "1");
  const unpack::StagedBatch staged =
      fixture.staged(fixture.batch({SamplePayload{.files = {{"a.txt", "1"}}}.str()}));
  SECTION("at the file") {
    fs::create_directories(fixture.root() / kDay);
    fs::create_symlink(elsewhere.path() / "target", fixture.root() / (kDay + kStamp + "a.txt"));
  }
  SECTION("at its folder") {
    fs::create_directory_symlink(elsewhere.path(), fixture.root() / "a");
  }
  CHECK(error_code_of([&] { unpack::publish(fixture.storage, staged.manifest); }) ==
        ErrorCode::unsafe_path);
  CHECK(platform::read_file(elsewhere.path() / "target", 10) == "1");
  CHECK(std::distance(fs::directory_iterator(elsewhere.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("files left in the staging folder are harmless") {
  Fixture fixture;
  fixture.put(".staging/000001", "stale");
  fixture.put(".staging/manifest", "stale");
  fixture.put(".staging/manifest.placed", "stale");
  const auto entries =
      fixture.published(fixture.batch({SamplePayload{.files = {{"a.txt", "1"}}}.str()}));
  REQUIRE(entries.size() == 1);
  CHECK(fixture.get(entries.front().stored_path) == "1");
}

TEST_CASE("the parts of a batch become one with the chunks put together") {
  Fixture fixture;
  const unpack::StagedBatch staged = fixture.staged(fixture.batch(texts_of(three_parts())));
  CHECK(staged.metadata.total_files == 2);
  CHECK(staged.metadata.total_size_bytes == 14);
  unpack::publish(fixture.storage, staged.manifest);
  const auto entries = fixture.entries(staged.manifest);
  REQUIRE(entries.size() == 2);
  CHECK(fixture.get(kDay + kStamp + "whole") == "12345");
  CHECK(fixture.get(kDay + kStamp + "cut") == "abcdefghi");
  CHECK(entries[1].size_bytes == 9);
  CHECK(entries[1].sha256 == sha256_text("abcdefghi"));
  // `printf abcdefghi | git hash-object --stdin` is the SHA-1 of "blob 9\0abcdefghi".
  TextSource source("abcdefghi");
  CHECK(entries[1].git_blob == codec::git_blob_id_of(source, 9));
}

TEST_CASE("a dry run verifies a batch in parts and writes nothing") {
  Fixture fixture;
  const unpack::WaitingBatch waiting = fixture.batch(texts_of(three_parts()));
  std::optional<payload::BatchId> identity;
  const payload::BatchMetadata metadata =
      unpack::verify_only(fixture.storage, waiting, {kPattern, payload::Limits()}, identity);
  CHECK(metadata.total_files == 2);
  CHECK(metadata.total_size_bytes == 14);
  REQUIRE(identity);
  CHECK(identity->str() == kId);
  CHECK(std::distance(fs::directory_iterator(fixture.root()), fs::directory_iterator()) == 1);
}

TEST_CASE("chunks that do not form the file are refused by name") {
  Fixture fixture;
  std::vector<SamplePayload> parts = three_parts();
  SampleFile& second = parts[1].files[0];
  SampleFile& third = parts[2].files[0];
  SECTION("a hole") {
    second.chunk = chunk(2, 4);
  }
  SECTION("a step back") {
    second.chunk = chunk(2, 2);
  }
  SECTION("a number left out") {
    second.chunk = chunk(3, 3);
  }
  SECTION("a number twice") {
    second.chunk = chunk(1, 0);
  }
  SECTION("no beginning") {
    parts[0].files.pop_back();
  }
  SECTION("a chunk and the whole") {
    second.chunk.clear();
  }
  SECTION("an early end") {
    second.chunk = last_chunk(2, 3, "abcdefg");
  }
  SECTION("no end") {
    third.chunk = chunk(3, 7);
    third.bytes = "hi";
  }
  SECTION("another size of the whole") {
    third.chunk = last_chunk(3, 7, "abcdefghij");
  }
  SECTION("no digest of the whole") {
    third.chunk = R"({"index":3,"offset":7,"last":true,"total_size":9})";
  }
  SECTION("another digest of the whole") {
    third.chunk = last_chunk(3, 7, "abcdefghI");
  }
  const std::string reason = fixture.refusal(fixture.batch(texts_of(parts)));
  CHECK(contains(reason, "cut"));
}

TEST_CASE("a file put together from chunks keeps to the limit of a file") {
  Fixture fixture;
  const unpack::WaitingBatch waiting = fixture.batch(texts_of(three_parts()));
  payload::Limits limits;
  limits.max_file_bytes = 9;
  CHECK_FALSE(error_of([&] { fixture.staged(waiting, limits); }));
  limits.max_file_bytes = 8;
  CHECK(contains(fixture.refusal(waiting, limits, ErrorCode::too_large), "--max-file-size"));
}

TEST_CASE("the limits of a batch apply to its parts together") {
  Fixture fixture;
  const unpack::WaitingBatch waiting = fixture.batch(texts_of(three_parts()));
  payload::Limits limits;
  limits.max_batch_bytes = 14;
  CHECK_FALSE(error_of([&] { fixture.staged(waiting, limits); }));
  limits.max_batch_bytes = 13;
  CHECK(contains(fixture.refusal(waiting, limits, ErrorCode::too_large), "--max-batch-size"));
}

TEST_CASE("only a few files may be in chunks at the same time") {
  Fixture fixture;
  const auto cut = [](int files) {
    std::vector<SamplePayload> parts(2);
    for (int i = 0; i < files; ++i) {
      const std::string name = "f" + std::to_string(i);
      parts[0].files.push_back({name, "a", chunk(1, 0)});
      parts[1].files.push_back({name, "b", last_chunk(2, 1, "ab")});
    }
    parts[0].part = part(1, false);
    const auto count = static_cast<std::uint64_t>(files);
    parts[1].part = part(2, true, count, 2 * count);
    return texts_of(parts);
  };
  CHECK_FALSE(error_of([&] { fixture.staged(fixture.batch(cut(16))); }));
  fixture.refusal(fixture.batch(cut(1000)));
}

TEST_CASE("a part that contradicts its name or another part is refused") {
  Fixture fixture;
  std::vector<SamplePayload> parts = three_parts();
  SECTION("another place") {
    parts[1].part = part(3, false);
  }
  SECTION("no place") {
    parts[1].part = part(0, false);
  }
  SECTION("last too early") {
    parts[1].part = part(2, true, 2, 14);
  }
  SECTION("not the last at the end") {
    parts[2].part = part(3, false);
  }
  SECTION("another batch") {
    parts[1].batch_id = "20240115T103000Z-a-00000002";
  }
  SECTION("another name") {
    parts[1].batch_name = "b";
  }
  SECTION("another time") {
    parts[2].timestamp = "2024-01-15T10:30:01Z";
  }
  SECTION("another source") {
    parts[2].source = "/other";
  }
  SECTION("more files") {
    parts[2].part = part(3, true, 3, 14);
  }
  SECTION("fewer bytes") {
    parts[2].part = part(3, true, 2, 13);
  }
  SECTION("no totals") {
    parts[2].part = R"({"index":3,"last":true})";
  }
  SECTION("a file in two parts") {
    parts[1].files.push_back({"whole", "12345"});
    parts[2].part = part(3, true, 3, 19);
  }
  SECTION("a cut file once more") {
    parts[2].files.push_back({"cut2", "x"});
    parts[2].files[1].path = "whole";
    parts[2].part = part(3, true, 3, 15);
  }
  fixture.refusal(fixture.batch(texts_of(parts)));
  CHECK_FALSE(fs::exists(fixture.root() / "a"));
}

TEST_CASE("a single payload must be marked as the last part") {
  Fixture fixture;
  SamplePayload payload{.files = {{"a", "1"}}};
  payload.part = GENERATE(part(1, false), part(2, true, 1, 1), part(1, true, 2, 1),
                          part(1, true, 1, 2), part(0, true, 1, 1));
  INFO(payload.part);
  fixture.refusal(fixture.batch({payload.str()}));
}

TEST_CASE("the id in a payload must be valid and match its name") {
  Fixture fixture;
  SamplePayload payload{.files = {{"a", "1"}}};
  payload.batch_id =
      GENERATE("20240115T103000Z-a-00000002", "../../etc", "x", "20240115T103000Z--00000001");
  const std::string reason = fixture.refusal(fixture.batch({payload.str()}));
  CHECK(contains(reason, "batch_id"));
}

TEST_CASE("a payload has the id in its contents under any name") {
  Fixture fixture;
  const unpack::StagedBatch staged =
      fixture.staged(fixture.unnamed(SamplePayload{.files = {{"a", "1"}}}.str()));
  CHECK(staged.id.str() == kId);
}

TEST_CASE("a bad batch can be named as soon as its first part was read") {
  Fixture fixture;
  std::vector<SamplePayload> parts = three_parts();
  parts[2].files[0].chunk = chunk(9, 9);
  CHECK(error_of([&] { fixture.staged(fixture.batch(texts_of(parts))); }));
  REQUIRE(fixture.identity);
  CHECK(fixture.identity->str() == kId);
  CHECK(error_of([&] { fixture.staged(fixture.unnamed("{")); }));
  CHECK_FALSE(fixture.identity);
}

TEST_CASE("a payload of version 1 gets its identity from its time and source and bytes") {
  Fixture fixture;
  const auto [about, slug] =
      GENERATE(table<std::string, std::string>({{R"("source":"/data/march 2024/")", "march_2024"},
                                                {R"("source_folder":"C:\\data\\april")", "april"},
                                                {R"("source":"")", "data"},
                                                {R"("total_files":1)", "data"}}));
  const std::string text = R"({"batch_metadata":{"timestamp":"2024-01-15T10:30:00.123456",)" +
                           about + R"(},"files":{"a b.txt":{"content":"aGVsbG8="}}})";
  const unpack::StagedBatch staged = fixture.staged(fixture.unnamed(text));
  CHECK(staged.id.str() == "20240115T103000Z-" + slug + "-" + sha256_text(text).substr(0, 8));
  unpack::publish(fixture.storage, staged.manifest);
  const auto entries = fixture.entries(staged.manifest);
  REQUIRE(entries.size() == 1);
  CHECK(fixture.get(entries.front().stored_path) == "hello");
}

TEST_CASE("a part without an identity is refused") {
  Fixture fixture;
  std::vector<std::string> texts = texts_of(three_parts());
  for (std::string& text : texts) text = replaced(text, R"("schema_version":2,)", "");
  for (std::string& text : texts) text = replaced(text, R"("batch_id":")" + kId + "\",", "");
  CHECK(contains(fixture.refusal(fixture.batch(texts)), "batch_id"));
}

TEST_CASE("two entries of version 1 for one path are refused") {
  Fixture fixture;
  const std::string reason = fixture.refusal(fixture.unnamed(
      R"({"batch_metadata":{"timestamp":"2024-01-15T10:30:00"},"files":{)"
      R"("a":{"content":"","relative_path":"same"},"b":{"content":"","relative_path":"same"}}})"));
  CHECK(contains(reason, "same"));
}

TEST_CASE("a missing payload is an i/o error, not a bad payload") {
  Fixture fixture;
  unpack::WaitingBatch waiting = fixture.batch({SamplePayload{.files = {{"a", "1"}}}.str()});
  fs::remove(fixture.root() / waiting.payloads.front().path.str());
  fixture.refusal(waiting, {}, ErrorCode::io);
}

TEST_CASE("an unsafe path in a payload is refused as such") {
  Fixture fixture;
  const auto refused = [&](const std::string& path) {
    fixture.refusal(fixture.batch({SamplePayload{.files = {{path, "1"}}}.str()}), {},
                    ErrorCode::unsafe_path);
  };
  refused("../a");
  refused("/etc/passwd");
  refused(".git/hooks/x");
}

TEST_CASE("names that are equal on some system are published side by side") {
  Fixture fixture;
  const auto entries = fixture.published(fixture.batch(
      {SamplePayload{.files = {{"A.txt", "1"}, {"a.txt", "2"}, {"a?.txt", "3"}, {"a*.txt", "4"}}}
           .str()}));
  std::map<std::string, std::string> contents;
  for (const Stored& entry : entries) {
    contents[entry.path] = fixture.get(entry.stored_path);
  }
  CHECK(contents == std::map<std::string, std::string>{
                        {"A.txt", "1"}, {"a.txt", "2"}, {"a?.txt", "3"}, {"a*.txt", "4"}});
}
