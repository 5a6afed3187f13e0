#include "common/program/command_line.hpp"

#include <array>

#include "tests/support/catch.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

TEST_CASE("an option comes from the command line or else from the environment") {
  const auto parse = [](const std::vector<const char*>& argv) {
    CLI::App app;
    std::string name = "default";
    bool flag = false;
    program::set_up_command_line(app, "program");
    app.add_option("--some-name", name);
    app.add_flag("--flag", flag);
    const program::Parsed parsed =
        program::parse_command_line(app, static_cast<int>(argv.size()), argv.data());
    program::apply_settings(app, static_cast<int>(argv.size()), argv.data(),
                            {program::environment_settings(app)});
    CHECK(parsed == program::Parsed::run);
    return name + (flag ? "+flag" : "");
  };
  CHECK(parse({"program"}) == "default");
  const Environment name("HEALTHMETRIC_SOME_NAME", "environment");
  const Environment flag("HEALTHMETRIC_FLAG", "true");
  CHECK(parse({"program"}) == "environment+flag");
  CHECK(parse({"program", "--some-name", "words"}) == "words+flag");
  const Environment empty("HEALTHMETRIC_SOME_NAME", "");
  CHECK(parse({"program"}) == "default+flag");
  CHECK(error_code_of([&] { parse({"program", "--nonsense"}); }) == ErrorCode::usage);
}

TEST_CASE("quiet and verbose set how much is said") {
  CHECK(program::verbosity(false, false) == log::Verbosity::normal);
  CHECK(program::verbosity(true, false) == log::Verbosity::verbose);
  CHECK(program::verbosity(false, true) == log::Verbosity::quiet);
}

TEST_CASE("a variable that is near one of ours is told, and one of another program is not") {
  CLI::App app;
  std::vector<std::string> patterns;
  program::set_up_command_line(app, "program");
  app.add_option("--exclude", patterns);
  const Environment misspelt("HEALTHMETRIC_EXLUDE", "*");
  const Environment strange("HEALTHMETRIC_COLOUR", "red");
  const Environment empty("HEALTHMETRIC_EXCLUD", "");
  const Environment ours("HEALTHMETRIC_EXCLUDE", "*");
  const Environment others("HEALTHMETRIC_NAME_TEMPLATE", "x");
  const Environment of_this_test_run("HEALTHMETRIC_LONG", "");
  const std::array<std::string_view, 1> known = {"name-template"};
  const std::string near =
      "HEALTHMETRIC_EXLUDE is not a variable of any option: did you mean HEALTHMETRIC_EXCLUDE?";
  CHECK(program::unknown_variables(app, program::Told::what_is_near, known) == std::vector{near});
  CHECK(program::unknown_variables(app, program::Told::all, known) ==
        std::vector<std::string>{"HEALTHMETRIC_COLOUR is not a variable of any option", near});
}
