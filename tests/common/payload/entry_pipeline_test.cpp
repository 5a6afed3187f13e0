// The order of what goes wrong, whichever thread finds it first.
#include "common/payload/entry_pipeline.hpp"

#include <thread>

#include "common/base/error.hpp"
#include "common/payload/reader.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/payloads.hpp"

using namespace healthmetric;

namespace {

/// Enough to be several blocks.
constexpr std::size_t kManyBytes = 1'000'000;

/// Remembers what came, and in which thread; throws at the end of one entry.
class RecordingSink final : public payload::PayloadSink {
 public:
  void begin_content(const payload::RelativePath& path,
                     std::optional<std::uint64_t> /*size*/) override {
    begun.push_back(path.str());
    threads.push_back(std::this_thread::get_id());
  }
  void content(std::string_view bytes) override { size_bytes += bytes.size(); }
  void end_entry(const payload::FileEntry& entry) override {
    if (entry.path.str() == refused) throw Error(ErrorCode::io, "disk full");
    ended.push_back(entry.path.str());
  }

  std::string refused;
  std::vector<std::string> begun;
  std::vector<std::string> ended;
  std::vector<std::thread::id> threads;
  std::size_t size_bytes = 0;
};

/// Puts an entry through; its declared digest is right, or not.
void put(payload::EntryPipeline& pipeline, const std::string& path, const std::string& bytes,
         bool is_right = true) {
  constexpr std::size_t kStep = 100'000;
  pipeline.begin_content(payload::RelativePath(path), {});
  for (std::size_t at = 0; at < bytes.size(); at += kStep) {
    pipeline.content().append(std::string_view(bytes).substr(at, kStep));
    pipeline.pass_on_content();
  }
  payload::FileEntry entry{payload::RelativePath(path), bytes.size(), {}, "", {}, {}};
  pipeline.end_entry(std::move(entry), sha256_text(is_right ? bytes : bytes + "x"));
}

/// What stands first in the message of the Error that leaves `action`.
template <typename Action>
std::string first_failure(Action&& action) {
  const std::string text = error_text_of(std::forward<Action>(action));
  return text.substr(0, text.find(':'));
}

}  // namespace

TEST_CASE("a pipeline passes on entries of any size") {
  const std::size_t size = GENERATE(std::size_t{3}, kManyBytes);
  RecordingSink sink;
  payload::EntryPipeline pipeline(sink);
  for (const char* path : {"a", "b", "c"}) put(pipeline, path, std::string(size, *path));
  put(pipeline, "empty", "");
  pipeline.finish();
  CHECK(sink.begun == std::vector<std::string>{"a", "b", "c", "empty"});
  CHECK(sink.ended == sink.begun);
  CHECK(sink.size_bytes == 3 * size);
}

TEST_CASE("a small batch does not start a thread") {
  RecordingSink sink;
  payload::EntryPipeline pipeline(sink);
  put(pipeline, "a", "1");
  pipeline.finish();
  CHECK(sink.threads.front() == std::this_thread::get_id());
}

TEST_CASE("any number of empty entries is passed in bounded blocks, in order") {
  RecordingSink sink;
  payload::EntryPipeline pipeline(sink);
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) {
    names.push_back(std::to_string(i));
    put(pipeline, names.back(), "");
  }
  pipeline.finish();
  CHECK(sink.ended == names);
}

TEST_CASE("a pipeline reports the first error in the order of the payload") {
  const std::size_t size = GENERATE(std::size_t{3}, kManyBytes);
  const int before = GENERATE(0, 100);
  const std::string bytes(size, 'x');
  RecordingSink sink;
  const auto run = [&](bool is_right) {
    payload::EntryPipeline pipeline(sink);
    try {
      for (int i = 0; i < before; ++i) put(pipeline, std::to_string(i), std::string(10'000, 'x'));
      put(pipeline, "a", bytes);
      put(pipeline, "b", bytes, is_right);
      put(pipeline, "c", bytes, false);
      throw Error(ErrorCode::bad_payload, "the reader: stopped");
    } catch (const Error&) {
      pipeline.finish(std::current_exception());
    }
  };
  SECTION("a digest that does not match before what stopped the reader") {
    CHECK(first_failure([&] { run(false); }) == "entry 'b'");
    CHECK(sink.ended.back() == "a");
  }
  SECTION("a sink that throws before a digest that does not match") {
    sink.refused = "b";
    CHECK(first_failure([&] { run(true); }) == "entry 'b'");
    CHECK(sink.ended.back() == "a");
    CHECK(sink.begun.back() == "b");
  }
  SECTION("a digest that does not match before a sink that throws later") {
    sink.refused = "c";
    CHECK(first_failure([&] { run(false); }) == "entry 'b'");
  }
}

TEST_CASE("a pipeline reports the reader's error after everything before it was delivered") {
  const std::size_t size = GENERATE(std::size_t{3}, kManyBytes);
  RecordingSink sink;
  payload::EntryPipeline pipeline(sink);
  put(pipeline, "a", std::string(size, 'x'));
  const auto error = error_of(
      [&] { pipeline.finish(std::make_exception_ptr(Error(ErrorCode::too_large, "too much"))); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::too_large);
  CHECK(sink.ended == std::vector<std::string>{"a"});
}

TEST_CASE("destroying a pipeline stops its threads") {
  RecordingSink sink;
  payload::EntryPipeline pipeline(sink);
  put(pipeline, "a", std::string(kManyBytes, 'x'));
}
