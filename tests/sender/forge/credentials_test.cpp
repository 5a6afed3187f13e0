#include "sender/forge/credentials.hpp"

#include <memory>

#include "common/platform/file.hpp"
#include "common/program/log.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/environment.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;

namespace {

/// Which of the four variables an API takes its token from, in order of preference.
std::vector<std::string> sources_for(const std::string& api) {
  std::vector<std::string> names = {"GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN",
                                    "GITHUB_ENTERPRISE_TOKEN"};
  const http::Url url = http::Url::parse(api, "--api-url");
  std::vector<std::string> found;
  for (std::size_t first = 0; first < names.size(); ++first) {
    std::vector<std::unique_ptr<Environment>> set;
    for (std::size_t i = 0; i < names.size(); ++i) {
      set.push_back(std::make_unique<Environment>(
          names[i], i < first ? std::nullopt : std::optional<std::string>("from-" + names[i])));
    }
    if (error_of([&] { forge::find_token("", url); })) continue;
    const std::string name = forge::find_token("", url).substr(5);
    if (found.empty() || found.back() != name) found.push_back(name);
  }
  return found;
}

}  // namespace

TEST_CASE("a token goes only to the host it was made for") {
  const std::vector<std::string> github = {"GH_TOKEN", "GITHUB_TOKEN"};
  const std::vector<std::string> enterprise = {"GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"};
  CHECK(sources_for("https://api.github.com") == github);
  CHECK(sources_for("https://github.example.com/api/v3") == enterprise);
  CHECK(sources_for("https://api.github.com.evil.example") == enterprise);
  CHECK(sources_for("http://127.0.0.1:8080").size() == 4);
}

TEST_CASE("a token never goes out unencrypted") {
  const Environment token("GH_TOKEN", "abc");
  const Environment enterprise("GH_ENTERPRISE_TOKEN", "abc");
  for (const char* api : {"http://api.github.com", "http://10.0.0.1"}) {
    CHECK(error_code_of([&] { forge::find_token("", http::Url::parse(api, "x")); }) ==
          ErrorCode::usage);
  }
}

TEST_CASE("a token file takes precedence, and its line end is ignored") {
  const TempDir dir;
  const Environment token("GH_TOKEN", "abc");
  platform::write_file_atomically(dir.path() / "token", "  from-file\r\n");
  CHECK(forge::find_token(dir.path() / "token", http::Url::parse("https://api.github.com", "x")) ==
        "from-file");
}

TEST_CASE("an invalid token is refused without showing it") {
  const TempDir dir;
  const char* const text = GENERATE("", "\n", "two words", "line\nbreak", "\xc3\xa4", "a\x01");
  platform::write_file_atomically(dir.path() / "token", text);
  const auto error = error_of([&] {
    forge::find_token(dir.path() / "token", http::Url::parse("https://api.github.com", "x"));
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::usage);
  CHECK(std::string(error->what()).find("two words") == std::string::npos);
}

TEST_CASE("a missing or endless token file is a usage error") {
  const TempDir dir;
  const http::Url api = http::Url::parse("https://api.github.com", "x");
  CHECK(error_code_of([&] { forge::find_token(dir.path() / "gone", api); }) == ErrorCode::usage);
  CHECK(error_code_of([&] { forge::find_token("/dev/zero", api); }) == ErrorCode::usage);
  platform::write_file_atomically(dir.path() / "large", std::string(1'000'000, 'x'));
  CHECK(error_code_of([&] { forge::find_token(dir.path() / "large", api); }) == ErrorCode::usage);
}

TEST_CASE("without a token the message names the variables and the permission") {
  const Environment a("GH_TOKEN", std::nullopt);
  const Environment b("GITHUB_TOKEN", "");
  const auto error =
      error_of([] { forge::find_token("", http::Url::parse("https://api.github.com", "x")); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::unauthorized);
  const std::string text = error->what();
  for (const char* word :
       {"GH_TOKEN", "GITHUB_TOKEN", "--token-file", "Contents: read and write"}) {
    CHECK(text.find(word) != std::string::npos);
  }
}

TEST_CASE("a token that was found is hidden from the log") {
  const Environment token("GH_TOKEN", "an-odd-looking-token");
  forge::find_token("", http::Url::parse("https://api.github.com", "x"));
  CHECK(log::redacted("bad an-odd-looking-token!") == "bad ***!");
}
