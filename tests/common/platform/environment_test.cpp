#include "common/platform/environment.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/support/environment.hpp"

using namespace healthmetric;

TEST_CASE("a variable that is empty or not set has no value") {
  const Environment set("HEALTHMETRIC_TRIED_A", "a=b");
  const Environment empty("HEALTHMETRIC_TRIED_B", "");
  CHECK(platform::environment_variable("HEALTHMETRIC_TRIED_A") == "a=b");
  CHECK(platform::environment_variable("HEALTHMETRIC_TRIED_B").empty());
  CHECK(platform::environment_variable("HEALTHMETRIC_TRIED_C").empty());
}

TEST_CASE("variables are found by prefix, sorted, if not empty") {
  const Environment second("HEALTHMETRIC_TRIED_B", "2");
  const Environment first("HEALTHMETRIC_TRIED_A", "x=HEALTHMETRIC_TRIED_Z");
  const Environment empty("HEALTHMETRIC_TRIED_C", "");
  const Environment other("TRIED_HEALTHMETRIC_", "HEALTHMETRIC_TRIED_=1");
  CHECK(platform::environment_names("HEALTHMETRIC_TRIED_") ==
        std::vector<std::string>{"HEALTHMETRIC_TRIED_A", "HEALTHMETRIC_TRIED_B"});
}

TEST_CASE("a child process can get the whole environment") {
  const Environment empty("HEALTHMETRIC_TRIED_A", "");
  const auto all = platform::whole_environment();
  CHECK(std::find(all.begin(), all.end(), "HEALTHMETRIC_TRIED_A=") != all.end());
}
