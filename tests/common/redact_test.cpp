#include "common/redact.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("whatever has the shape of a token is masked") {
  const std::string prefix = GENERATE("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_");
  const std::string token = prefix + "16C7e42F292c6912E7710c838347Ae178B4a";
  CHECK(redact_tokens("token " + token + " is bad") == "token *** is bad");
  CHECK(redact_tokens(token) == "***");
  CHECK(redact_tokens("a=" + token + "&b=" + token) == "a=***&b=***");
}

TEST_CASE("long tokens with dots are masked whole") {
  const std::string token = "ghs_" + std::string(200, 'a') + "." + std::string(300, 'B') + "-_9";
  CHECK(redact_tokens("<" + token + ">") == "<***>");
}

TEST_CASE("text without a token stays") {
  for (const char* text : {"", "ghost", "gh_", "highp", "github", "the ghx_abc"}) {
    CHECK(redact_tokens(text) == text);
  }
}

TEST_CASE("a known secret is masked wherever it stands") {
  CHECK(redact("my pass, my pass", "pass") == "my ***, my ***");
  CHECK(redact("nothing here", "pass") == "nothing here");
  CHECK(redact("text", "") == "text");
  CHECK(redact("aaa", "aa") == "***a");
}
