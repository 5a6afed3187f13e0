#include "common/platform/environment.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/support/environment.hpp"

using namespace healthmetric;

TEST_CASE("a variable has its value, and none when it is empty or not set") {
  const Environment set("HEALTHMETRIC_TRIED_A", "a=b");
  const Environment empty("HEALTHMETRIC_TRIED_B", "");
  CHECK(platform::environment_variable("HEALTHMETRIC_TRIED_A") == "a=b");
  CHECK(platform::environment_variable("HEALTHMETRIC_TRIED_B").empty());
  CHECK(platform::environment_variable("HEALTHMETRIC_TRIED_C").empty());
}

TEST_CASE("variables are found by the front of their names, sorted, if set to something") {
  const Environment second("HEALTHMETRIC_TRIED_B", "2");
  const Environment first("HEALTHMETRIC_TRIED_A", "x=HEALTHMETRIC_TRIED_Z");
  const Environment empty("HEALTHMETRIC_TRIED_C", "");
  const Environment other("TRIED_HEALTHMETRIC_", "HEALTHMETRIC_TRIED_=1");
  CHECK(platform::environment_names("HEALTHMETRIC_TRIED_") ==
        std::vector<std::string>{"HEALTHMETRIC_TRIED_A", "HEALTHMETRIC_TRIED_B"});
}

TEST_CASE("a program that is started can be given the whole environment") {
  const Environment empty("HEALTHMETRIC_TRIED_A", "");
  const auto all = platform::whole_environment();
  CHECK(std::find(all.begin(), all.end(), "HEALTHMETRIC_TRIED_A=") != all.end());
}
