#include "sender/forge/github_branches.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"

using namespace healthmetric;

namespace {

constexpr const char* kRef = R"({"ref":"refs/heads/in/box","object":{"sha":"c0"}})";
constexpr const char* kPage = "<html>Please sign in</html>";

struct Fixture {
  bool has() { return forge::has_branch(api, "in/box"); }
  void create() { forge::create_branch(api, {"in/box", "Begin", "README.md", "# In\n"}); }

  FakeTransport transport;
  FakeClock clock;
  model::Progress progress;
  forge::GithubApi api{{transport, clock, progress},
                       {"https://api.example", "t", {"octo", "data"}, "in/box", true}};
};

}  // namespace

TEST_CASE("a branch is there when the server names its ref, and not when it says 404") {
  Fixture fixture;
  fixture.transport.answer(200, kRef);
  CHECK(fixture.has());
  CHECK(fixture.transport.sent.front().url ==
        "https://api.example/repos/octo/data/git/ref/heads/in/box");
  fixture.transport.answer(404);
  CHECK_FALSE(fixture.has());
}

TEST_CASE("a page in between is no word about a branch") {
  for (const int status : {200, 404}) {
    Fixture fixture;
    fixture.transport.answer(status, kPage, {{"content-type", "text/html"}});
    CHECK(error_code_of([&] { fixture.has(); }) == ErrorCode::network);
  }
}

TEST_CASE("a branch begins with a tree, a commit without parents and a ref to it") {
  Fixture fixture;
  fixture.transport.answer(201, R"({"sha":"a0"})");
  fixture.transport.answer(201, R"({"sha":"c0"})");
  fixture.transport.answer(201, kRef);
  fixture.create();
  REQUIRE(fixture.transport.sent.size() == 3);
  const text::Json commit = text::parse_json(fixture.transport.sent.at(1).body, "commit");
  CHECK(commit.at("parents").empty());
  CHECK(commit.at("tree") == "a0");
  CHECK(fixture.transport.sent.at(2).body == R"({"ref":"refs/heads/in/box","sha":"c0"})");
}

TEST_CASE("what is no object of git's is not taken for one") {
  Fixture fixture;
  fixture.transport.answer(201, R"({"status":"ok"})");
  CHECK(error_code_of([&] { fixture.create(); }) == ErrorCode::network);
}
