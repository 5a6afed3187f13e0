#include "sender/forge/github_answers.hpp"

#include "common/text/json.hpp"
#include "tests/support/catch.hpp"

using namespace healthmetric;

namespace {

http::Response refusal(int status, const std::string& message,
                       std::map<std::string, std::string> headers = {}) {
  return {status, std::move(headers), text::to_text({{"message", message}})};
}

}  // namespace

TEST_CASE("a lost race is recognized in each server's wording") {
  struct Row {
    int status;
    const char* message;
  };
  for (const auto& [status, message] :
       {Row{409, "main is at 1234 but expected 5678"},
        Row{409, "refs/heads/main is expected to be at 5678"},
        Row{422, "Update is not a fast forward"},
        Row{422, "! [rejected] main -> main (non-fast-forward)"},
        Row{409, "failed to push some refs (fetch first)"},
        Row{403, "error: cannot lock ref 'refs/heads/main': is at 1234"},
        Row{500, "PushOutOfDate Error: "}}) {
    INFO(message);
    CHECK(forge::is_lost_race(refusal(status, message)));
    CHECK_FALSE(forge::is_lost_race({status, {}, message}));
  }
}

TEST_CASE("other errors are not taken for a lost race") {
  for (const char* message : {"a.json does not match 3f9a", "Repository rule violations found",
                              "Repository rule violations found: not a fast forward",
                              "Resource not accessible by integration"}) {
    INFO(message);
    for (const int status : {403, 409, 422})
      CHECK_FALSE(forge::is_lost_race(refusal(status, message)));
  }
  CHECK_FALSE(forge::is_lost_race(refusal(404, "cannot lock ref")));
}

TEST_CASE("a rule of the repository is recognized whatever the status") {
  for (const int status : {403, 409, 422}) {
    CHECK(forge::is_rule_violation(refusal(status, "Repository rule violations found")));
    CHECK_FALSE(forge::is_rule_violation(refusal(status, "a.json does not match 3f9a")));
  }
  CHECK_FALSE(forge::is_rule_violation({409, {}, "<html>Repository rule violations found</html>"}));
}

TEST_CASE("a rate limit is recognized by headers or wording") {
  CHECK(forge::is_rate_limited({429, {}, "<html>slow down</html>"}));
  CHECK(forge::is_rate_limited(refusal(403, "You have exceeded a secondary rate limit.")));
  CHECK(forge::is_rate_limited(refusal(403, "You have triggered an abuse detection mechanism.")));
  CHECK(forge::is_rate_limited(refusal(403, "No", {{"retry-after", "1"}})));
  CHECK_FALSE(forge::is_rate_limited(refusal(403, "Resource not accessible by integration")));
  CHECK_FALSE(forge::is_rate_limited({403, {{"retry-after", "1"}}, "<html>rate limit</html>"}));
}
