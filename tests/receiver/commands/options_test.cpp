#include "common/platform/file.hpp"
#include "common/program/command_line.hpp"
#include "receiver/commands/program.hpp"
#include "receiver/commands/receive_command.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;

namespace {

receiver::Options parse(const std::vector<const char*>& words) {
  std::vector<const char*> argv = {"healthmetric-receiver"};
  for (const char* word : words) argv.push_back(word);
  const program::Program program = receiver::make_program();
  program::CommandLine line(program);
  const program::Command* command = line.read(static_cast<int>(argv.size()), argv.data());
  return dynamic_cast<const receiver::ReceiveCommand&>(*command).options(line);
}

}  // namespace

TEST_CASE("the receiver's defaults are those of the README") {
  const receiver::Options options = parse({});
  CHECK(options.storage == "_storage");
  CHECK(options.log_file == "receiver.log");
  CHECK(options.mode == receiver::Mode::store);
  CHECK(options.limits.max_files == 100'000);
  CHECK(options.incomplete_after == std::chrono::days(7));
}

TEST_CASE("the receiver's options reach their places") {
  const receiver::Options options =
      parse({"--storage", "s", "--log-file", "l", "--quiet", "--json", "--keep-payloads",
             "--max-file-size", "1K", "--max-batch-size", "2K", "--max-files", "3",
             "--incomplete-after", "9"});
  CHECK(options.storage == "s");
  CHECK(options.log_file == "l");
  CHECK(options.verbosity == log::Verbosity::quiet);
  CHECK(options.json);
  CHECK(options.mode == receiver::Mode::store_and_keep_payloads);
  CHECK(options.limits.max_file_bytes == 1024);
  CHECK(options.limits.max_batch_bytes == 2048);
  CHECK(options.limits.max_files == 3);
  CHECK(options.incomplete_after == std::chrono::days(9));
  CHECK(parse({"--dry-run"}).mode == receiver::Mode::verify_only);
}

TEST_CASE("git's ids are recorded where there is git, unless said otherwise") {
  const TempDir dir;
  const std::string storage = dir.path().string();
  const auto ids = [&](const char* when) {
    return parse({"--storage", storage.c_str(), "--git-blob-ids", when}).git_blob_ids;
  };
  CHECK(parse({"--storage", storage.c_str()}).git_blob_ids == unpack::GitBlobIds::none);
  CHECK(ids("always") == unpack::GitBlobIds::compute);
  std::filesystem::create_directory(dir.path() / ".git");
  CHECK(ids("auto") == unpack::GitBlobIds::compute);
  CHECK(ids("never") == unpack::GitBlobIds::none);
  CHECK(error_code_of([&] { ids("sometimes"); }) == ErrorCode::usage);
}

TEST_CASE("the reject list is read from its file") {
  const TempDir dir;
  const std::string file = (dir.path() / "list.json").string();
  platform::write_file_atomically(file, R"({"inbox/a.json": "a secret in \u00fc"})");
  CHECK(parse({"--reject-list", file.c_str()}).reject_list ==
        unpack::RejectList{{"inbox/a.json", "a secret in ü"}});
  for (const char* bad : {"", "[]", R"({"inbox/a.json": 1})", "{} {}"}) {
    platform::write_file_atomically(file, bad);
    CHECK(error_code_of([&] { parse({"--reject-list", file.c_str()}); }) == ErrorCode::usage);
  }
  CHECK(error_code_of([] { parse({"--reject-list", "/nowhere/x"}); }) == ErrorCode::usage);
}

TEST_CASE("the receiver's options can come from the environment") {
  const Environment storage("HEALTHMETRIC_STORAGE", "from environment");
  CHECK(parse({}).storage == "from environment");
  CHECK(parse({"--storage", "by hand"}).storage == "by hand");
}

TEST_CASE("invalid options of the receiver are usage errors") {
  CHECK(error_code_of([] { parse({"--no-such"}); }) == ErrorCode::usage);
  CHECK(error_code_of([] { parse({"--name-template", "{stem}"}); }) == ErrorCode::usage);
  CHECK(error_code_of([] { parse({"--max-files", "-1"}); }) == ErrorCode::usage);
  CHECK(error_code_of([] { parse({"--incomplete-after", "x"}); }) == ErrorCode::usage);
}

TEST_CASE("every receiver option has a variable, which the command line overrides") {
  const Environment max_files("HEALTHMETRIC_MAX_FILES", "5");
  const Environment dry_run("HEALTHMETRIC_DRY_RUN", "true");
  const Environment json("HEALTHMETRIC_JSON", "1");
  const Environment after("HEALTHMETRIC_INCOMPLETE_AFTER", "3");
  const Environment empty("HEALTHMETRIC_MAX_FILE_SIZE", "");
  const receiver::Options options = parse({"--max-files", "6"});
  CHECK(options.limits.max_files == 6);
  CHECK(parse({}).limits.max_files == 5);
  CHECK(options.mode == receiver::Mode::verify_only);
  CHECK(options.json);
  CHECK(options.incomplete_after == std::chrono::days(3));
  CHECK(options.limits.max_file_bytes == payload::Limits().max_file_bytes);
}

TEST_CASE("an invalid variable of the receiver is a usage error") {
  const auto [name, value] =
      GENERATE(table<std::string, std::string>({{"HEALTHMETRIC_MAX_FILES", "many"},
                                                {"HEALTHMETRIC_MAX_FILE_SIZE", "big"},
                                                {"HEALTHMETRIC_INCOMPLETE_AFTER", "-1"},
                                                {"HEALTHMETRIC_NAME_TEMPLATE", "{stem}"}}));
  const Environment variable(name, value);
  INFO(name);
  CHECK(error_code_of([] { parse({}); }) == ErrorCode::usage);
}

TEST_CASE("the receiver's numbers have limits") {
  CHECK(parse({"--incomplete-after", "0"}).incomplete_after == std::chrono::days(0));
  CHECK(parse({"--incomplete-after", "3650"}).incomplete_after == std::chrono::days(3650));
  for (const auto& words : std::vector<std::vector<const char*>>{{"--incomplete-after", "3651"},
                                                                 {"--incomplete-after", "-1"},
                                                                 {"--max-files", "0"},
                                                                 {"--max-files", "100000001"},
                                                                 {"--max-file-size", "0"},
                                                                 {"--max-batch-size", "x"},
                                                                 {"--quiet", "--verbose"},
                                                                 {"--storage"},
                                                                 {"word"}}) {
    INFO(words.front());
    CHECK(error_code_of([&] { parse(words); }) == ErrorCode::usage);
  }
}

TEST_CASE("a dry run changes nothing, whatever other options are given") {
  CHECK(parse({"--dry-run", "--keep-payloads"}).mode == receiver::Mode::verify_only);
}
