#include "common/program/command_line.hpp"

#include <array>

#include "common/program/option_groups.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

namespace {

struct Values final : program::OptionGroup {
  std::string name = "default";
  bool flag = false;
  std::vector<std::string> patterns;

  Values() : OptionGroup("Values") {
    add({.name = "some-name", .value = "NAME", .help = "A name", .goes_to = &name});
    add({.name = "flag", .help = "A switch", .goes_to = &flag});
    add({.name = "exclude", .value = "GLOB", .help = "A list", .goes_to = &patterns});
  }
};

struct Depth final : program::OptionGroup {
  std::uint64_t depth = 0;

  Depth() : OptionGroup("Depth") {
    add({.name = "depth", .value = "N", .help = "How deep", .goes_to = &depth});
  }
};

class Named final : public program::Command {
 public:
  explicit Named(std::string words) : Command(std::move(words), "Does something") {}

  template <typename... Groups>
  Named& with(const Groups&... groups) {
    take(groups...);
    return *this;
  }
  template <typename... Groups>
  Named& without(const Groups&... groups) {
    ignore(groups...);
    return *this;
  }

  program::ExitStatus run(const program::CommandLine& /*line*/) override {
    return program::ExitStatus::success;
  }
};

/// `program`, `program look` and `program box list`.
struct Sample {
  Values values;
  Depth depth;
  program::LogOptions log;
  program::Program program;

  Sample() {
    program.name = "program";
    program.families = {{"box", "Looks after a box"}};
    const auto add = [this](const char* words) -> Named& {
      program.commands.push_back(std::make_unique<Named>(words));
      return static_cast<Named&>(*program.commands.back());
    };
    add("").with(values, log);
    add("look").with(depth, log);
    add("box list").with(log).without(values);
  }

  /// The words of the command that is asked for.
  std::string read(const std::vector<const char*>& words) const {
    std::vector<const char*> argv = {"program"};
    for (const char* word : words) argv.push_back(word);
    program::CommandLine line(program);
    const program::Command* command = line.read(static_cast<int>(argv.size()), argv.data());
    return command == nullptr ? "help" : command->words();
  }

  std::string refusal(const std::vector<const char*>& words) const {
    const auto error = error_of([&] { read(words); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::usage);
    return error->what();
  }
};

}  // namespace

TEST_CASE("an option comes from the command line or else from the environment") {
  const auto parse = [](const std::vector<const char*>& argv) {
    const Sample sample;
    sample.read(argv);
    return sample.values.name + (sample.values.flag ? "+flag" : "");
  };
  CHECK(parse({}) == "default");
  const Environment name("HEALTHMETRIC_SOME_NAME", "environment");
  const Environment flag("HEALTHMETRIC_FLAG", "true");
  CHECK(parse({}) == "environment+flag");
  CHECK(parse({"--some-name", "words"}) == "words+flag");
  const Environment empty("HEALTHMETRIC_SOME_NAME", "");
  CHECK(parse({}) == "default+flag");
  CHECK(error_code_of([&] { parse({"--nonsense"}); }) == ErrorCode::usage);
}

TEST_CASE("the words of a command select it, wherever the options are") {
  const Sample sample;
  CHECK(sample.read({"--flag"}).empty());
  CHECK(sample.read({"look", "--depth", "3"}) == "look");
  CHECK(sample.depth.depth == 3);
  CHECK(sample.read({"--depth=4", "look"}) == "look");
  CHECK(sample.depth.depth == 4);
  CHECK(sample.read({"--quiet", "box", "list"}) == "box list");
}

TEST_CASE("a command refuses options that it does not take and accepts those that it ignores") {
  const Sample sample;
  CHECK(sample.refusal({"look", "--flag"}) == "look does not take --flag (program look --help)");
  CHECK(sample.refusal({"--flag", "look"}) == "look does not take --flag (program look --help)");
  CHECK(sample.refusal({"--depth", "3"}) ==
        "--depth goes with look (program --help lists the options)");
  CHECK(sample.refusal({"box", "list", "--depth", "3"}) ==
        "box does not take --depth (program box --help)");
  CHECK(sample.refusal({"box"}) == "box requires a command: list (program box --help)");
  CHECK(sample.read({"box", "list", "--flag"}) == "box list");
}

TEST_CASE("quiet and verbose set how much is printed") {
  const auto verbosity = [](const std::vector<const char*>& argv) {
    const Sample sample;
    sample.read(argv);
    return sample.log.verbosity();
  };
  CHECK(verbosity({}) == log::Verbosity::normal);
  CHECK(verbosity({"--verbose"}) == log::Verbosity::verbose);
  CHECK(verbosity({"-q"}) == log::Verbosity::quiet);
  CHECK(error_code_of([&] { verbosity({"-q", "-v"}); }) == ErrorCode::usage);
}

TEST_CASE("an unknown variable is reported, and one of the other program is not") {
  const Sample sample;
  const program::CommandLine line(sample.program);
  const Environment misspelt("HEALTHMETRIC_EXLUDE", "*");
  const Environment strange("HEALTHMETRIC_COLOUR", "red");
  const Environment empty("HEALTHMETRIC_EXCLUD", "");
  const Environment ours("HEALTHMETRIC_EXCLUDE", "*");
  const Environment others("HEALTHMETRIC_NAME_TEMPLATE", "x");
  const Environment of_this_test_run("HEALTHMETRIC_LONG", "");
  const std::array<std::string_view, 1> known = {"name-template"};
  const std::string near =
      "unknown variable HEALTHMETRIC_EXLUDE: did you mean HEALTHMETRIC_EXCLUDE?";
  CHECK(line.unknown_variables(program::Told::what_is_near, known) == std::vector{near});
  CHECK(line.unknown_variables(program::Told::all, known) ==
        std::vector<std::string>{"unknown variable HEALTHMETRIC_COLOUR", near});
}
