#include "sender/forge/github_client.hpp"

#include <algorithm>

#include "common/platform/file.hpp"
#include "common/text/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;

namespace {

constexpr const char* kPath = "_storage/inbox/a b.json";
constexpr const char* kContent = "hello\n";
// What `git hash-object` prints for kContent.
constexpr const char* kBlob = R"({"sha":"ce013625030ba8dba906f756967f9e9ca394464a"})";
constexpr const char* kMade =
    R"({"content":{"sha":"ce013625030ba8dba906f756967f9e9ca394464a"},"commit":{}})";
constexpr const char* kOtherBlob = R"({"sha":"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"})";

struct Fixture {
  explicit Fixture(std::string branch = "")
      : client({transport, clock, progress},
               {"https://api.example/v3", "s3cret", {"octo", "data"}, std::move(branch)}) {
    platform::write_file_atomically(file, kContent);
  }

  forge::GithubClient::Put create() {
    return client.create_file({kPath, file, "Add it", [&] { return is_received; }});
  }

  TempDir dir;
  std::filesystem::path file = dir.path() / "payload";
  bool is_received = false;
  FakeTransport transport;
  FakeClock clock;
  model::Progress progress;
  forge::GithubClient client;
};

bool has(const std::vector<std::string>& headers, const std::string& wanted) {
  return std::find(headers.begin(), headers.end(), wanted) != headers.end();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a file is created with a PUT that carries what GitHub asks for") {
  Fixture fixture("side");
  fixture.transport.answer(201, kMade);
  CHECK(fixture.create() == forge::GithubClient::Put::created);
  REQUIRE(fixture.transport.sent.size() == 1);
  const auto& sent = fixture.transport.sent.front();
  CHECK(sent.method == "PUT");
  CHECK(sent.url == "https://api.example/v3/repos/octo/data/contents/_storage/inbox/a%20b.json");
  CHECK(has(sent.headers, "Authorization: Bearer s3cret"));
  CHECK(has(sent.headers, "Accept: application/vnd.github+json"));
  CHECK(has(sent.headers, "X-GitHub-Api-Version: 2022-11-28"));
  const text::Json body = text::parse_json(sent.body, "body");
  CHECK(text::string_member(body, "content") == "aGVsbG8K");
  CHECK(text::string_member(body, "branch") == "side");
  CHECK(text::string_member(body, "message") == "Add it");
  CHECK_FALSE(body.contains("sha"));
}

TEST_CASE("if GitHub says that the file exists, its blob id decides") {
  const int status = GENERATE(409, 422);
  Fixture fixture;
  fixture.transport.answer(status, R"({"message":"sha wasn't supplied"})");
  SECTION("the same content is delivered") {
    fixture.transport.answer(200, kBlob);
    CHECK(fixture.create() == forge::GithubClient::Put::already_there);
  }
  SECTION("other content is a refusal") {
    fixture.transport.answer(200, kOtherBlob);
    const auto error = error_of([&] { fixture.create(); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::refused);
    CHECK(contains(error->what(), "sha wasn't supplied"));
  }
  SECTION("no content is a refusal") {
    fixture.transport.answer(404);
    CHECK(error_code_of([&] { fixture.create(); }) == ErrorCode::refused);
  }
  SECTION("no content of what is received is a delivery") {
    fixture.transport.answer(404);
    fixture.is_received = true;
    CHECK(fixture.create() == forge::GithubClient::Put::already_received);
  }
}

TEST_CASE("a refused request names the repository and the permission") {
  const int status = GENERATE(401, 403, 404);
  Fixture fixture;
  fixture.transport.answer(status, R"({"message":"Nope"})",
                           {{"x-accepted-github-permissions", "contents=write"}});
  const auto error = error_of([&] { fixture.create(); });
  REQUIRE(error);
  CHECK(error->code() == (status == 404 ? ErrorCode::not_found : ErrorCode::unauthorized));
  CHECK(contains(error->what(), "octo/data"));
  CHECK(contains(error->what(), "Contents: read and write"));
  CHECK(contains(error->what(), "Nope"));
  CHECK_FALSE(contains(error->what(), "s3cret"));
}

TEST_CASE("a permission is only named if GitHub's answer names one") {
  struct Row {
    const char* body;
    std::map<std::string, std::string> headers;
    const char* has;
    bool names_permission;
  };
  const std::vector<Row> rows = {
      {R"({"message":"Resource not accessible by integration"})", {}, "integration", true},
      {R"({"message":"no"})", {{"x-accepted-github-permissions", "contents=write"}}, "no", true},
      {R"({"message":"Repository was archived so is read-only."})", {}, "archived", false},
      {R"({"message":"Resource protected by organization SAML enforcement."})",
       {{"x-github-sso", "required; url=https://github.com/orgs/o/sso?x=1"}},
       "single sign-on at https://github.com/orgs/o/sso?x=1",
       false}};
  for (const Row& row : rows) {
    INFO(row.body);
    Fixture fixture;
    fixture.transport.answer(403, row.body, row.headers);
    const auto error = error_of([&] { fixture.create(); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::unauthorized);
    CHECK(contains(error->what(), row.has));
    CHECK(contains(error->what(), "lacks the permission") == row.names_permission);
  }
}

TEST_CASE("an error without the server's own message does not count as an answer") {
  const int status = GENERATE(300, 303, 304, 400, 401, 403, 404, 405, 409, 410, 413, 418, 422, 451);
  const char* const body = GENERATE("<html>Blocked by policy</html>", "", "[]", "{}", "null",
                                    R"({"message":7})", R"({"message":"cut)");
  INFO(status << ' ' << body);
  const auto check = [](const std::optional<Error>& error) {
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::network);
    CHECK(contains(error->what(), "is not GitHub's"));
    CHECK_FALSE(contains(error->what(), "permission"));
    CHECK_FALSE(contains(error->what(), "<"));
  };
  Fixture fixture;
  fixture.transport.answer(status, body);
  check(error_of([&] { fixture.create(); }));
  fixture.transport.answer(status, body);
  check(error_of([&] { fixture.client.dispatch("x", {}); }));
  fixture.transport.answer(status, body);
  check(error_of([&] { fixture.client.dispatch_workflow("x.yml", "main"); }));
  if (status == 304) return;  // has a meaning of its own for what is read
  fixture.transport.answer(status, body);
  check(error_of([&] { (void)fixture.client.blob_id("x"); }));
  fixture.transport.answer(status, body);
  check(error_of([&] { (void)fixture.client.read_beginning("x", 100); }));
  fixture.transport.answer(status, body);
  check(error_of([&] { (void)fixture.client.default_branch(); }));
}

TEST_CASE("a payload that is too large gets a hint, from any server") {
  struct Row {
    int status;
    const char* body;
    ErrorCode code;
  };
  for (const auto& [status, body, code] :
       {Row{413, "<html>413 Request Entity Too Large</html>", ErrorCode::network},
        Row{413, R"({"message":"Request body is too large"})", ErrorCode::refused}}) {
    INFO(body);
    Fixture fixture;
    fixture.transport.answer(status, body);
    const auto error = error_of([&] { fixture.create(); });
    REQUIRE(error);
    CHECK(error->code() == code);
    CHECK(contains(error->what(), "--part-size"));
  }
}

TEST_CASE("a redirect without a location does not count as an answer") {
  const int status = GENERATE(301, 302, 307, 308);
  const bool has_header = GENERATE(false, true);
  Fixture fixture;
  std::map<std::string, std::string> headers;
  if (has_header) headers["location"] = "";
  fixture.transport.answer(status, "{}", headers);
  CHECK(error_code_of([&] { fixture.create(); }) == ErrorCode::network);
  CHECK(fixture.transport.sent.size() == 1);
}

TEST_CASE("a file is created with POST where the server wants that, and from then on") {
  Fixture fixture;
  fixture.transport.answer(422, R"({"message":"[SHA]: Required"})");
  fixture.transport.answer(201, kMade);
  CHECK(fixture.create() == forge::GithubClient::Put::created);
  fixture.transport.answer(201, kMade);
  CHECK(fixture.create() == forge::GithubClient::Put::created);
  REQUIRE(fixture.transport.sent.size() == 3);
  CHECK(fixture.transport.sent[0].method == "PUT");
  for (const std::size_t i : {1U, 2U}) {
    CHECK(fixture.transport.sent[i].method == "POST");
    CHECK(fixture.transport.sent[i].url == fixture.transport.sent[0].url);
    CHECK(fixture.transport.sent[i].body == fixture.transport.sent[0].body);
  }
}

TEST_CASE("a locked repository is waited for") {
  Fixture fixture;
  fixture.transport.answer(423, R"({"message":"Repo is archived"})");
  CHECK(error_code_of([&] { fixture.create(); }) == ErrorCode::not_ready);
}

TEST_CASE("404 to a start does not say that the repository is missing") {
  struct Row {
    const char* body;
    std::map<std::string, std::string> headers;
    ErrorCode code;
    const char* has;
  };
  const std::vector<Row> rows = {
      {"404 page not found\n",
       {{"content-type", "text/plain; charset=utf-8"}},
       ErrorCode::not_ready,
       "--trigger push or workflow"},
      {R"({"message":"Not Found"})", {}, ErrorCode::unauthorized, "--trigger push"}};
  for (const Row& row : rows) {
    INFO(row.body);
    Fixture fixture;
    fixture.transport.answer(404, row.body, row.headers);
    const auto error = error_of([&] { fixture.client.dispatch("x", {}); });
    REQUIRE(error);
    CHECK(error->code() == row.code);
    CHECK(contains(error->what(), row.has));
    CHECK_FALSE(contains(error->what(), "there is no octo/data"));
  }
  Fixture fixture;
  fixture.transport.answer(404);
  CHECK_FALSE(
      contains(error_text_of([&] { (void)fixture.client.default_branch(); }), "there is no"));
}

TEST_CASE("a token has expired once its time is over") {
  struct Row {
    const char* expiry;
    bool has_expired;
  };
  for (const auto& [expiry, has_expired] :
       {Row{"2020-01-01 00:00:00 UTC", true}, Row{"2020-01-01 00:00:00 -0700", true},
        Row{"9000-01-01 00:00:00 UTC", false}, Row{"tomorrow", false}}) {
    INFO(expiry);
    Fixture fixture;
    fixture.transport.answer(401, R"({"message":"Bad credentials"})",
                             {{"github-authentication-token-expiration", expiry}});
    const auto error = error_of([&] { fixture.create(); });
    REQUIRE(error);
    CHECK(contains(error->what(), expiry));
    CHECK(contains(error->what(), "the token expired on") == has_expired);
  }
}

TEST_CASE("a missing workflow or an empty repository is not a permanent refusal") {
  Fixture fixture;
  fixture.transport.answer(422, R"({"message":"No ref found for: side"})");
  auto error = error_of([&] { fixture.client.dispatch_workflow("w.yml", "side"); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::not_ready);
  CHECK(contains(error->what(), "No ref found"));
  fixture.transport.answer(409, R"({"message":"Git Repository is empty."})");
  fixture.transport.answer(404);
  fixture.transport.answer(404);
  error = error_of([&] { fixture.create(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::not_ready);
  CHECK(contains(error->what(), "first commit"));
}

TEST_CASE("a change is requested with the entity tag seen before") {
  Fixture fixture("side");
  std::string etag;
  fixture.transport.answer(200, "[]", {{"etag", "W/\"1\""}});
  CHECK(fixture.client.has_changed("_storage/summaries", etag));
  fixture.transport.answer(304, "");
  CHECK_FALSE(fixture.client.has_changed("_storage/summaries", etag));
  CHECK(has(fixture.transport.sent.back().headers, "If-None-Match: W/\"1\""));
  CHECK(contains(fixture.transport.sent.back().url, "?ref=side"));
  fixture.transport.answer(404);
  CHECK_FALSE(fixture.client.has_changed("_storage/summaries", etag));
  CHECK(etag.empty());
}

TEST_CASE("the beginning of a file is read from raw content or from a JSON document") {
  Fixture fixture;
  fixture.transport.answer(200, "{\"status\"");
  CHECK(fixture.client.read_beginning("x", 100) == "{\"status\"");
  const char* const document = R"({"name":"x","encoding":"base64","content":"aGVsbG8K","sha":"1"})";
  fixture.transport.answer(200, document, {{"content-type", "application/json"}});
  CHECK(fixture.client.read_beginning("x", 100) == kContent);
  fixture.transport.answer(200, document,
                           {{"content-type", "application/vnd.github.raw+json; charset=utf-8"}});
  CHECK(fixture.client.read_beginning("x", 100) == document);
  fixture.transport.answer(200, kBlob);
  CHECK(fixture.client.read_beginning("x", 100) == kBlob);
  CHECK(has(fixture.transport.sent.back().headers, "Accept: application/vnd.github.raw+json"));
  fixture.transport.answer(404);
  CHECK_FALSE(fixture.client.read_beginning("x", 100));
}

TEST_CASE("any other status is a refusal with GitHub's message") {
  Fixture fixture;
  fixture.transport.answer(451, R"({"message":"Blocked"})");
  const auto error = error_of([&] { fixture.create(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::refused);
  CHECK(contains(error->what(), "HTTP 451, Blocked"));
}

TEST_CASE("the server's messages are printed on one line") {
  Fixture fixture;
  fixture.transport.answer(451, R"({"message":"Invalid request.\n\n\"x\" is\tnone.\r\n"})");
  CHECK(contains(error_text_of([&] { fixture.create(); }),
                 "HTTP 451, Invalid request. \"x\" is none."));
}

TEST_CASE("the server's messages are shortened and printable") {
  Fixture fixture;
  fixture.transport.answer(400, R"({"message":"\u001b[2J)" + std::string(10'000, 'x') + R"("})");
  const std::string text = error_text_of([&] { fixture.create(); });
  CHECK(contains(text, "\\x1b[2J"));
  CHECK(text.size() < 1000);
}

TEST_CASE("a redirect on the same host is followed with method and body") {
  Fixture fixture;
  fixture.transport.answer(307, "{}", {{"location", "/v3/repositories/7/contents/x"}});
  fixture.transport.answer(201, kMade);
  CHECK(fixture.create() == forge::GithubClient::Put::created);
  REQUIRE(fixture.transport.sent.size() == 2);
  CHECK(fixture.transport.sent[1].method == "PUT");
  CHECK(fixture.transport.sent[1].url == "https://api.example/v3/repositories/7/contents/x");
  CHECK(fixture.transport.sent[1].body == fixture.transport.sent[0].body);
}

TEST_CASE("a redirect that would carry the token elsewhere is not followed") {
  const char* const target =
      GENERATE("https://evil.example/x", "http://api.example/x", "//evil.example/x",
               "https://api.example:8443/x", "javascript:x");
  INFO(target);
  Fixture fixture;
  fixture.transport.answer(302, "{}", {{"location", target}});
  CHECK(error_code_of([&] { fixture.create(); }) == ErrorCode::untrusted_peer);
  for (const auto& sent : fixture.transport.sent) CHECK(contains(sent.url, "https://api.example/"));
}

TEST_CASE("endless redirects are given up") {
  Fixture fixture;
  for (int i = 0; i < 20; ++i) fixture.transport.answer(301, "{}", {{"location", "/again"}});
  CHECK(error_code_of([&] { fixture.create(); }) == ErrorCode::untrusted_peer);
  CHECK(fixture.transport.sent.size() < 10);
}

TEST_CASE("a 200 that is not GitHub's does not count as success") {
  const char* const answer = GENERATE("<html>Please log in</html>", "{}", "[]",
                                      R"({"content":null})", R"({"content":{"sha":"0"}})");
  Fixture fixture;
  fixture.transport.answer(200, answer);
  CHECK(error_code_of([&] { fixture.create(); }) == ErrorCode::network);
  fixture.transport.answer(200, answer);
  CHECK(error_code_of([&] { fixture.client.dispatch("x", {}); }) == ErrorCode::network);
}

TEST_CASE("a blob id is asked on the branch") {
  Fixture fixture("feature/x");
  fixture.transport.answer(200, kBlob);
  CHECK(fixture.client.blob_id("a") == "ce013625030ba8dba906f756967f9e9ca394464a");
  CHECK(contains(fixture.transport.sent.front().url, "/contents/a?ref=feature%2Fx"));
  fixture.transport.answer(404);
  CHECK_FALSE(fixture.client.blob_id("a"));
}

TEST_CASE("a captive portal's page does not count as an answer") {
  Fixture fixture;
  fixture.transport.answer(200, "<html>Please log in</html>");
  CHECK(error_code_of([&] { fixture.client.default_branch(); }) == ErrorCode::network);
  fixture.transport.answer(200, "{}");
  CHECK(error_code_of([&] { fixture.client.default_branch(); }) == ErrorCode::network);
  fixture.transport.answer(200, R"({"default_branch":"trunk"})");
  CHECK(fixture.client.default_branch() == "trunk");
}

TEST_CASE("a dispatch has the payload it is given") {
  Fixture fixture;
  fixture.transport.answer(204, "");
  fixture.client.dispatch("data_update", {{"batch_id", "x"}});
  const text::Json event = text::parse_json(fixture.transport.sent.back().body, "body");
  CHECK(contains(fixture.transport.sent.back().url, "/repos/octo/data/dispatches"));
  CHECK(text::string_member(event, "event_type") == "data_update");
  CHECK(text::string_member(event["client_payload"], "batch_id") == "x");

  fixture.transport.answer(204, "");
  fixture.client.dispatch_workflow("data-receiver.yml", "main");
  CHECK(contains(fixture.transport.sent.back().url,
                 "/actions/workflows/data-receiver.yml/dispatches"));
  fixture.transport.answer(422, R"({"message":"No ref found"})");
  CHECK(error_code_of([&] { fixture.client.dispatch_workflow("x.yml", "y"); }) ==
        ErrorCode::not_ready);
}

TEST_CASE("a trigger decides what starts the workflow, and whether a request is sent") {
  Fixture fixture;
  const auto start = [&](model::Trigger trigger, const std::string& branch) {
    return fixture.client.start_workflow({trigger, branch, {{"batch_id", "x"}}});
  };
  CHECK_FALSE(start(model::Trigger::push, "main"));
  CHECK_FALSE(start(model::Trigger::none, "main"));
  CHECK(fixture.transport.sent.empty());

  fixture.transport.answer(204, "");
  CHECK(start(model::Trigger::dispatch, "main"));
  CHECK(contains(fixture.transport.sent.back().body, "data_update"));

  fixture.transport.answer(200, R"({"default_branch":"trunk"})");
  fixture.transport.answer(204, "");
  CHECK(start(model::Trigger::workflow, ""));
  CHECK(contains(fixture.transport.sent.back().url, "/workflows/data-receiver.yml/dispatches"));
  CHECK(text::string_member(text::parse_json(fixture.transport.sent.back().body, "body"), "ref") ==
        "trunk");
}
