#include "common/text/spelling.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

namespace {

const std::vector<std::string> kOptions = {"folder",  "file",       "files-from", "exclude",
                                           "include", "token-file", "repo",       "hidden",
                                           "quiet",   "state-dir"};

}  // namespace

TEST_CASE("a misspelt word is near the one that was meant") {
  CHECK(text::nearest_word("foldr", kOptions) == "folder");
  CHECK(text::nearest_word("exlude", kOptions) == "exclude");
  CHECK(text::nearest_word("inculde", kOptions) == "include");
  CHECK(text::nearest_word("FOLDER", kOptions) == "folder");
  CHECK(text::nearest_word("quite", kOptions) == "quiet");
}

TEST_CASE("a prefix of a word is near the word, and vice versa") {
  CHECK(text::nearest_word("token", kOptions) == "token-file");
  CHECK(text::nearest_word("repository", kOptions) == "repo");
}

TEST_CASE("a word far from all others is near none") {
  for (const std::string& word : {std::string("colour"), std::string(), std::string("x"),
                                  std::string(1'000'000, 'f'), std::string("fo")}) {
    CHECK(text::nearest_word(word, kOptions).empty());
  }
  CHECK(text::nearest_word("folder", {}).empty());
}

TEST_CASE("a suggestion is made only if a known word is near") {
  CHECK(text::did_you_mean("foldr", kOptions, "--") == ": did you mean --folder?");
  CHECK(text::did_you_mean("colour", kOptions, "--").empty());
}
