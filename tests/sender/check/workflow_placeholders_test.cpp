#include "sender/check/workflow_placeholders.hpp"

#include "tests/support/catch.hpp"

namespace healthmetric::check {
namespace {

std::string found_in(std::string_view workflow) {
  const auto found = find_placeholder(workflow);
  return found ? std::to_string(found->line) + ":" + found->text : "";
}

}  // namespace

TEST_CASE("a placeholder is found in each form that uses has") {
  CHECK(found_in("jobs:\n  a:\n    uses: OWNER/REPOSITORY/.github/workflows/x.yml@COMMIT\n") ==
        "3:OWNER/REPOSITORY/.github/workflows/x.yml@COMMIT");
  CHECK(found_in("- uses: 'me/tools/a@COMMIT' # v1\r\n") == "1:me/tools/a@COMMIT");
  CHECK(found_in("\n-   uses: \"OWNER/REPOSITORY/a@0123\"") == "2:OWNER/REPOSITORY/a@0123");
}

TEST_CASE("what is no uses, or names a repository, has no placeholder") {
  CHECK(found_in("").empty());
  CHECK(found_in("\n\n").empty());
  CHECK(found_in("# - uses: OWNER/REPOSITORY/a@COMMIT\nrun: echo OWNER/REPOSITORY/a@COMMIT\n")
            .empty());
  CHECK(found_in("- uses: me/tools/a@0123 # @COMMIT\n- uses:\n").empty());
}

}  // namespace healthmetric::check
