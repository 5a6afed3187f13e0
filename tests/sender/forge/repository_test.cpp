#include "sender/forge/repository.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

TEST_CASE("a repository is an owner and a name") {
  for (const char* text : {"octo/data", "a/b", "Octo-Cat/health.data_1"}) {
    const auto repository = forge::Repository::parse(text);
    REQUIRE(repository);
    CHECK(repository->str() == text);
  }
  for (const char* text :
       {"", "octo", "/data", "octo/", "a/b/c", "a b/c", "../x", "a/..", "a/.", "a/b?c", "a/b#c",
        "a/b\n", "https://github.com/a/b", "a\\b", "octo/data.git", "octo/data.GIT"}) {
    INFO(text);
    CHECK_FALSE(forge::Repository::parse(text));
  }
}

TEST_CASE("a remote's URL names a repository in each of its forms") {
  for (const char* remote :
       {"https://github.com/octo/data", "https://github.com/octo/data.git",
        "https://github.com/octo/data/", "git@github.com:octo/data.git",
        "ssh://git@github.com/octo/data.git", "ssh://git@github.com:22/octo/data",
        "https://user@github.com/octo/data", "https://GitHub.com/octo/data"}) {
    INFO(remote);
    const auto repository = forge::repository_of_remote(remote, "github.com");
    REQUIRE(repository);
    CHECK(repository->str() == "octo/data");
  }
}

TEST_CASE("a remote on another host does not name a repository") {
  for (const char* remote :
       {"https://gitlab.com/octo/data", "https://github.com.evil.example/octo/data",
        "git@evil.example:octo/data.git", "/srv/git/data.git", "../data", "",
        "https://github.com/octo", "file:///srv/github.com/octo/data"}) {
    INFO(remote);
    CHECK_FALSE(forge::repository_of_remote(remote, "github.com"));
  }
}

TEST_CASE("a repository may be given as a pasted address") {
  const http::Url api = http::Url::parse("https://api.github.com", "x");
  for (const char* text :
       {"octo/data", "octo/data.git", "octo/data/", " octo/data\n", "https://github.com/octo/data",
        "https://github.com/octo/data.git", "https://github.com/octo/data/",
        "https://www.github.com/octo/data/tree/main/sub?plain=1#L3", "github.com/octo/data",
        "git@github.com:octo/data.git", "ssh://git@ssh.github.com:443/octo/data.git",
        "https://me:secret@github.com/octo/data", "https://api.github.com/repos/octo/data"}) {
    INFO(text);
    CHECK(forge::parse_named_repository(text, "--repo", api).str() == "octo/data");
  }
}

TEST_CASE("a repository on another host is refused with the address of that host's API") {
  const http::Url api = http::Url::parse("https://api.github.com", "x");
  const auto refusal = [&](const char* text) {
    const auto error = error_of([&] { forge::parse_named_repository(text, "--repo", api); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::usage);
    return std::string(error->what());
  };
  const auto says = [&](const char* text, const char* words) {
    INFO(refusal(text));
    CHECK(refusal(text).find(words) != std::string::npos);
  };
  says("https://me:secret@ghe.example.com/o/r", "--api-url https://ghe.example.com/api/v3");
  says("git@lab.ghe.com:o/r.git", "--api-url https://api.lab.ghe.com");
  says("https://gitlab.com/o/r", "not GitHub");
  says("https://me:secret@github.com/o", "invalid repository 'https://***@github.com/o'");
  for (const char* text : {"https://me:secret@ghe.example.com/o/r", "https://me:secret@x/o",
                           "me:secret@github.com/o/r", "//x:secret@github.com/o/r",
                           "https:/x:secret@github.com/o/r", "https//x:secret@github.com/o/r"}) {
    CHECK(refusal(text).find("secret") == std::string::npos);
  }
  for (const char* text : {"https://github.com/octo", "a/b/c", "octo", "git@github.com:octo", "",
                           "https:///o/r", "/o/r", "file:///o/r"}) {
    INFO(text);
    CHECK(refusal(text).find("expected owner/name") != std::string::npos);
  }
}

TEST_CASE("a named repository takes precedence and must be valid") {
  const http::Url api = http::Url::parse("https://api.github.com", "x");
  CHECK(forge::find_repository("octo/data", api).str() == "octo/data");
  CHECK(error_code_of([&] { forge::find_repository("octo", api); }) == ErrorCode::usage);
}

TEST_CASE("branch names follow git's rules") {
  for (const char* name : {"main", "feature/x", "v1.0", "a-b_c", "\xc3\xa4"}) {
    INFO(name);
    CHECK_FALSE(error_of([&] { forge::check_branch(name); }));
  }
  for (const char* name :
       {"-x",     "a..b",           "a b", "a~b",  "a^b",  "a:b",   "a?b",  "a*b",
        "a[b",    "a\\b",           "/a",  "a/",   "a//b", "a.",    ".a",   "a/.b",
        "a.lock", "a.lock/b",       "@",   "a@{b", "a\nb", "a\x7f", "\xff", "a\xc3",
        "HEAD",   "refs/heads/main"}) {
    INFO(name);
    CHECK(error_code_of([&] { forge::check_branch(name); }) == ErrorCode::usage);
  }
}
