#include "sender/forge/github_inspector.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"

using namespace healthmetric;

namespace {

struct Fixture {
  FakeTransport transport;
  FakeClock clock;
  model::Progress progress;
  forge::GithubInspector inspector{{transport, clock, progress, std::nullopt},
                                   {"https://api.example", "s3cret", {"octo", "data"}, "", false}};
};

constexpr const char* kRepository =
    R"({"full_name":"octo/data","default_branch":"main","visibility":"public","archived":true})";

}  // namespace

TEST_CASE("answers tell about server and token, as far as they are sound") {
  Fixture fixture;
  fixture.transport.answer(200, R"({"rate":{}})",
                           {{"date", "Sun, 06 Nov 1994 08:49:37 GMT"},
                            {"x-oauth-scopes", "repo"},
                            {"x-ratelimit-remaining", "12"},
                            {"x-ratelimit-limit", "many"},
                            {"x-ratelimit-reset", "99999999999999999999"}});
  const forge::ServerFacts facts = fixture.inspector.reach();
  CHECK(facts.date);
  CHECK(facts.scopes == "repo");
  CHECK(facts.requests_left == 12U);
  CHECK_FALSE(facts.request_limit);
  CHECK_FALSE(facts.limit_ends);
  CHECK_FALSE(facts.token_ends);
  CHECK(facts.refusal.empty());
  CHECK(fixture.transport.sent.front().url == "https://api.example/rate_limit");
}

TEST_CASE("a server without limits is a server") {
  Fixture fixture;
  fixture.transport.answer(404, R"({"message":"Rate limiting is not enabled."})");
  const forge::ServerFacts facts = fixture.inspector.reach();
  CHECK(facts.refusal.empty());
  CHECK(facts.is_token_judged);
  CHECK(facts.limits_untold == "GET /rate_limit: HTTP 404, Rate limiting is not enabled.");
}

TEST_CASE("a refusal of the limits alone is no refusal of the token") {
  for (const int status : {403, 429}) {
    Fixture fixture;
    fixture.transport.answer(status);
    const forge::ServerFacts facts = fixture.inspector.reach();
    CHECK(facts.refusal.empty());
    CHECK_FALSE(facts.is_token_judged);
    CHECK_FALSE(facts.limits_untold.empty());
  }
  Fixture fixture;
  fixture.transport.answer(401);
  CHECK_FALSE(fixture.inspector.reach().refusal.empty());
  fixture.transport.answer(503);
  CHECK(error_code_of([&] { fixture.inspector.reach(); }) == ErrorCode::not_ready);
}

TEST_CASE("what is not the server's answer is believed nowhere") {
  for (const char* body : {"[]", "{}", R"({"name":1})", R"({"full_name":"a/b"})"}) {
    INFO(body);
    Fixture fixture;
    fixture.transport.answer(200, body);
    CHECK(error_code_of([&] { fixture.inspector.repository(); }) == ErrorCode::bad_payload);
  }
  for (const auto& ask :
       {+[](forge::Inspector& it) { it.reach(); }, +[](forge::Inspector& it) { it.branch("main"); },
        +[](forge::Inspector& it) { it.rules("main"); },
        +[](forge::Inspector& it) { it.actions(); },
        +[](forge::Inspector& it) { it.workflow_state("a.yml"); },
        +[](forge::Inspector& it) { it.repository(); },
        +[](forge::Inspector& it) { it.expect_write_access(); }}) {
    Fixture fixture;
    fixture.transport.answer(200, "<html>");
    CHECK(error_code_of([&] { ask(fixture.inspector); }) == ErrorCode::network);
  }
}

TEST_CASE("a repository is told of") {
  Fixture fixture;
  fixture.transport.answer(200, kRepository);
  const forge::RepositoryFacts facts = fixture.inspector.repository();
  CHECK(facts.full_name == "octo/data");
  CHECK(facts.visibility == forge::Visibility::everybody);
  CHECK(facts.is_archived);
  CHECK(facts.may_push);
}

TEST_CASE("only the server's refusal of the object means that a token may write") {
  for (const int status : {422, 409}) {
    Fixture fixture;
    fixture.transport.answer(status);
    CHECK_FALSE(fixture.inspector.expect_write_access());
    CHECK(
        fixture.transport.sent.front().body ==
        R"({"ref":"refs/heads/healthmetric/doctor","sha":"0000000000000000000000000000000000000001"})");
  }
  for (const int status : {201, 403, 404}) {
    Fixture fixture;
    fixture.transport.answer(status);
    CHECK(error_of([&] { fixture.inspector.expect_write_access(); }));
  }
}

TEST_CASE("a branch that was renamed is not there") {
  Fixture fixture;
  fixture.transport.answer(200, R"({"name":"new","protected":true})");
  CHECK_FALSE(fixture.inspector.branch("old"));
  fixture.transport.answer(200, R"({"name":"a/b","protected":true})");
  const auto found = fixture.inspector.branch("a/b");
  REQUIRE(found);
  CHECK(found->is_protected);
}

TEST_CASE("what a token is not told names the permission") {
  Fixture fixture;
  fixture.transport.answer(403,
                           R"({"message":"Resource not accessible by personal access token"})");
  const auto hidden = fixture.inspector.workflow_state("a.yml");
  REQUIRE(std::holds_alternative<forge::Untold>(hidden));
  CHECK(std::get<forge::Untold>(hidden).why.find("Actions: read") != std::string::npos);
  fixture.transport.answer(403, R"({"message":"Upgrade to GitHub Pro"})");
  const auto paid = fixture.inspector.rules("main");
  REQUIRE(std::holds_alternative<forge::Untold>(paid));
  CHECK(std::get<forge::Untold>(paid).why == "HTTP 403, Upgrade to GitHub Pro");
}
