#include "receiver/options.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

namespace {

receiver::Options parse(const std::vector<const char*>& words) {
  std::vector<const char*> argv = {"healthmetric-receiver"};
  for (const char* word : words) argv.push_back(word);
  return receiver::parse_options(static_cast<int>(argv.size()), argv.data()).value();
}

}  // namespace

TEST_CASE("the receiver's defaults are those of the README") {
  const receiver::Options options = parse({});
  CHECK(options.storage == "_storage");
  CHECK(options.log_file == "receiver.log");
  CHECK(options.mode == receiver::Mode::store);
  CHECK(options.limits.max_files == 100'000);
  CHECK(options.incomplete_after == std::chrono::days(7));
  CHECK(options.summary_markdown.empty());
}

TEST_CASE("the receiver's options reach their places") {
  const receiver::Options options =
      parse({"--storage", "s", "--log-file", "l", "--quiet", "--json", "--keep-payloads",
             "--summary-markdown", "m", "--max-file-size", "1K", "--max-batch-size", "2K",
             "--max-files", "3", "--incomplete-after", "9"});
  CHECK(options.storage == "s");
  CHECK(options.log_file == "l");
  CHECK(options.verbosity == log::Verbosity::quiet);
  CHECK(options.json);
  CHECK(options.mode == receiver::Mode::store_and_keep_payloads);
  CHECK(options.summary_markdown == "m");
  CHECK(options.limits.max_file_bytes == 1024);
  CHECK(options.limits.max_batch_bytes == 2048);
  CHECK(options.limits.max_files == 3);
  CHECK(options.incomplete_after == std::chrono::days(9));
  CHECK(parse({"--dry-run"}).mode == receiver::Mode::verify_only);
}

TEST_CASE("the receiver's options can come from the environment") {
  const Environment storage("HEALTHMETRIC_STORAGE", "from environment");
  CHECK(parse({}).storage == "from environment");
  CHECK(parse({"--storage", "by hand"}).storage == "by hand");
}

TEST_CASE("what the receiver cannot mean is a usage error") {
  CHECK(error_code_of([] { parse({"--no-such"}); }) == ErrorCode::usage);
  CHECK(error_code_of([] { parse({"--name-template", "{stem}"}); }) == ErrorCode::usage);
  CHECK(error_code_of([] { parse({"--max-files", "-1"}); }) == ErrorCode::usage);
  CHECK(error_code_of([] { parse({"--incomplete-after", "x"}); }) == ErrorCode::usage);
}
