#include "common/program/command_line.hpp"
#include "sender/commands/program.hpp"
#include "sender/commands/send_command.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/filters.hpp"

using namespace healthmetric;
using sender::Options;

namespace {

std::optional<Options> parse(const std::vector<const char*>& words) {
  std::vector<const char*> argv = {"healthmetric-sender"};
  for (const char* word : words) argv.push_back(word);
  const program::Program program = sender::make_program();
  program::CommandLine line(program);
  const program::Command* command = line.read(static_cast<int>(argv.size()), argv.data());
  if (command == nullptr) return {};
  return dynamic_cast<const sender::SendCommand&>(*command).options(line);
}

Options parsed(std::vector<const char*> words) {
  words.push_back("--state-dir");
  words.push_back("/state");
  return parse(words).value();
}

}  // namespace

TEST_CASE("the defaults are those of the README") {
  const Environment api("GITHUB_API_URL", std::nullopt);
  const Options options = parsed({"--folder", "x"});
  CHECK(std::get<sender::FolderSource>(options.source.value()).folder == "x");
  CHECK(options.rules.types == select::Types::supported);
  CHECK(options.identity == sender::Identity::include);
  CHECK(options.encoding == payload::Encoding());
  CHECK(options.trigger == model::Trigger::dispatch);
  CHECK(options.part_limit_bytes == 20 * payload::kMiB);
  CHECK(options.limits.max_file_bytes == 100 * payload::kMiB);
  CHECK(options.limits.max_batch_bytes == 1024 * payload::kMiB);
  CHECK(options.limits.max_files == 100'000);
  CHECK(options.max_wait == std::chrono::seconds(300));
  CHECK(options.api_url == "https://api.github.com");
  CHECK_FALSE(options.json);
}

TEST_CASE("every option sets its value") {
  const Options options = parsed({"--file",           "a",
                                  "--file",           "b",
                                  "--batch-name",     "n",
                                  "--all-types",      "--no-identity",
                                  "--repo",           "o/r",
                                  "--branch",         "side",
                                  "--api-url",        "https://h/api/v3/",
                                  "--token-file",     "t",
                                  "--trigger",        "push",
                                  "--max-wait",       "7",
                                  "--part-size",      "64K",
                                  "--compress",       "zstd",
                                  "--max-file-size",  "1M",
                                  "--max-batch-size", "2G",
                                  "--max-files",      "5",
                                  "--json",           "--verbose",
                                  "--log-file",       "l"});
  CHECK(std::get<sender::FilesSource>(options.source.value()).files.size() == 2);
  CHECK(options.batch_name == "n");
  CHECK(options.rules.types == select::Types::all);
  CHECK(options.identity == sender::Identity::omit);
  CHECK(options.repository == "o/r");
  CHECK(options.branch == "side");
  CHECK(options.api_url == "https://h/api/v3");
  CHECK(options.token_file == "t");
  CHECK(options.trigger == model::Trigger::push);
  CHECK(options.max_wait == std::chrono::seconds(7));
  CHECK(options.part_limit_bytes == 65'536);
  CHECK(options.encoding == zstd_encoding());
  CHECK(options.limits.max_file_bytes == payload::kMiB);
  CHECK(options.limits.max_batch_bytes == 2048 * payload::kMiB);
  CHECK(options.limits.max_files == 5);
  CHECK(options.json);
  CHECK(options.verbosity == log::Verbosity::verbose);
  CHECK(options.log_file == "l");
}

TEST_CASE("the environment sets an option and the command line overrides it") {
  const Environment name("HEALTHMETRIC_BATCH_NAME", "from environment");
  const Environment types("HEALTHMETRIC_ALL_TYPES", "true");
  const Environment repo("HEALTHMETRIC_REPO", "");
  CHECK(parsed({"--data", "1"}).batch_name == "from environment");
  CHECK(parsed({"--data", "1"}).rules.types == select::Types::all);
  CHECK(parsed({"--data", "1", "--batch-name", "by hand"}).batch_name == "by hand");
  CHECK(parsed({"--data", "1"}).repository.empty());
}

TEST_CASE("there is at most one source") {
  CHECK_FALSE(parsed({}).source);
  CHECK(error_code_of([] { parse({"--folder", "x", "--file", "y"}); }) == ErrorCode::usage);
  CHECK(error_code_of([] { parse({"--folder", "x", "--data", "1"}); }) == ErrorCode::usage);
  CHECK(error_code_of([] { parse({"--file", "x", "--data", "1"}); }) == ErrorCode::usage);
}

TEST_CASE("invalid values are refused with the name of the option") {
  struct Row {
    const char* option;
    const char* value;
  };
  for (const auto& [option, value] :
       {Row{"--part-size", "63K"}, Row{"--part-size", "-1"}, Row{"--part-size", "many"},
        Row{"--trigger", "often"}, Row{"--compress", "gzip"}, Row{"--max-files", "-1"},
        Row{"--max-files", "x"}, Row{"--max-wait", "-1"}, Row{"--max-wait", "1e9"},
        Row{"--branch", "a..b"}, Row{"--max-file-size", "1X"}, Row{"--no-such", "1"}}) {
    INFO(option << " " << value);
    const auto error = error_of([&, option = option, value = value] {
      parse({"--data", "1", "--state-dir", "/s", option, value});
    });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::usage);
    CHECK(std::string(error->what()).find(option) != std::string::npos);
  }
}

TEST_CASE("patterns keep the order they were given in") {
  const auto verdict = [](const std::vector<const char*>& words) {
    return parsed(words).rules.patterns.verdict_on("a.csv");
  };
  CHECK(verdict({"--include", "*.csv", "--exclude", "a.*"}) == patterns::Verdict::exclude);
  CHECK(verdict({"--exclude", "a.*", "--include", "*.csv"}) == patterns::Verdict::include);
  CHECK(verdict({"--exclude", "a.*", "--include", "*.csv", "--exclude", "*"}) ==
        patterns::Verdict::exclude);
  const Environment exclude("HEALTHMETRIC_EXCLUDE", "*");
  CHECK(verdict({"--include", "*.csv"}) == patterns::Verdict::include);
  CHECK(verdict({}) == patterns::Verdict::exclude);
  const Environment include("HEALTHMETRIC_INCLUDE", "*.csv");
  CHECK(verdict({}) == patterns::Verdict::exclude);
}

TEST_CASE("a source on the command line replaces one from the environment or file") {
  const Environment folder("HEALTHMETRIC_FOLDER", "/somewhere");
  CHECK(std::holds_alternative<sender::JsonSource>(parsed({"--data", "1"}).source.value()));
  CHECK(std::holds_alternative<sender::FolderSource>(parsed({}).source.value()));
}

TEST_CASE("the outbox is where the XDG specification says") {
  const Environment state("XDG_STATE_HOME", "/xdg");
  CHECK(parse({"--data", "1"}).value().state_dir == "/xdg/healthmetric");
  const Environment relative("XDG_STATE_HOME", "not/absolute");
  const Environment home("HOME", "/home/lab");
  CHECK(parse({"--data", "1"}).value().state_dir == "/home/lab/.local/state/healthmetric");
  const Environment nowhere("HOME", std::nullopt);
  CHECK(error_code_of([] { parse({"--data", "1"}); }) == ErrorCode::usage);
  CHECK_FALSE(error_of([] { parse({"--data", "1", "--output", "o"}); }));
}
