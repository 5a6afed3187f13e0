#include "common/text/redact.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("everything that looks like a token is masked") {
  const std::string prefix = GENERATE("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_");
  const std::string token = prefix + "16C7e42F292c6912E7710c838347Ae178B4a";
  CHECK(text::redact_tokens("token " + token + " is bad") == "token *** is bad");
  CHECK(text::redact_tokens(token) == "***");
  CHECK(text::redact_tokens("a=" + token + "&b=" + token) == "a=***&b=***");
}

TEST_CASE("long tokens with dots are masked whole") {
  const std::string token = "ghs_" + std::string(200, 'a') + "." + std::string(300, 'B') + "-_9";
  CHECK(text::redact_tokens("<" + token + ">") == "<***>");
}

TEST_CASE("text without a token is not changed") {
  for (const char* text : {"", "ghost", "gh_", "highp", "github", "the ghx_abc"}) {
    CHECK(text::redact_tokens(text) == text);
  }
}

TEST_CASE("a known secret is masked wherever it stands") {
  CHECK(text::redact("my pass, my pass", "pass") == "my ***, my ***");
  CHECK(text::redact("nothing here", "pass") == "nothing here");
  CHECK(text::redact("text", "") == "text");
  CHECK(text::redact("aaa", "aa") == "***a");
}

TEST_CASE("user and password in a URL are masked up to the last @") {
  CHECK(text::redact_user_info("http://u:se@cret@host:1") == "http://***@host:1");
  CHECK(text::redact_user_info("https://u:a b@host/x") == "https://***@host/x");
  CHECK(text::redact_user_info("u:secret@host:1") == "***@host:1");
  CHECK(text::redact_user_info("https://host/x") == "https://host/x");
  CHECK(text::redact_user_info("") == "");
}

TEST_CASE("URLs in a message are masked and other text is not changed") {
  CHECK(text::redact_urls("in 'http://u:se@cret@host:1', and \"ftp://me@x\" too") ==
        "in 'http://***@host:1', and \"ftp://***@x\" too");
  for (const char* text : {"", "me@example.org", "://", "a://b c@d", "skipped 'a@b.json'"}) {
    CHECK(text::redact_urls(text) == text);
  }
}
