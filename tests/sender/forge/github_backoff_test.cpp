#include "sender/forge/github_backoff.hpp"

#include <array>
#include <chrono>

#include "common/text/json.hpp"
#include "sender/forge/github_upload_body.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/fake_transport.hpp"

using namespace healthmetric;
using namespace std::chrono_literals;

namespace {

using Headers = std::map<std::string, std::string>;

std::optional<platform::Clock::duration> delay_after(unsigned number, int status,
                                                     Headers headers = {},
                                                     const std::string& message = "No") {
  FakeClock clock;
  const http::Response response{status, std::move(headers), text::to_text({{"message", message}})};
  return forge::retry_delay({number, &response, clock.now()});
}

std::string in_seconds(platform::Clock::time_point now, std::chrono::seconds later) {
  return std::to_string(
      std::chrono::floor<std::chrono::seconds>(now + later).time_since_epoch().count());
}

/// A transport with its script and a clock, under retries.
struct Fixture {
  explicit Fixture(platform::Clock::duration max_wait = 300s)
      : transport(inner, clock, max_wait, progress) {}

  http::Response send() { return transport.send(request); }

  FakeTransport inner;
  FakeClock clock;
  model::Progress progress;
  forge::RetryingTransport transport;
  http::Request request{"PUT", "https://api.example/x", {}, nullptr};
};

}  // namespace

TEST_CASE("temporary failures are tried again") {
  for (const int status : {408, 429, 500, 502, 503, 504}) CHECK(delay_after(1, status));
  CHECK(delay_after(1, 403, {{"retry-after", "1"}}));
  CHECK(delay_after(1, 403, {{"x-ratelimit-remaining", "0"}}));
  CHECK(delay_after(1, 403, {}, "You have exceeded a secondary rate limit."));
  CHECK(delay_after(1, 409, {}, "main is at 1234 but expected 5678"));
  CHECK(forge::retry_delay({1, nullptr, FakeClock().now()}));
}

TEST_CASE("permanent failures are final") {
  for (const int status : {200, 201, 301, 307, 400, 401, 403, 404, 409, 410, 422, 451}) {
    INFO(status);
    CHECK_FALSE(delay_after(1, status));
  }
  CHECK_FALSE(delay_after(1, 403, {{"x-ratelimit-remaining", "12"}}, "Resource not accessible"));
}

TEST_CASE("delays double up to a minute") {
  const std::vector<platform::Clock::duration> expected = {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(delay_after(static_cast<unsigned>(i + 1), 502) == expected[i]);
  }
  CHECK(delay_after(4'000'000'000U, 502) == 60s);
}

TEST_CASE("jitter shortens a delay") {
  FakeClock clock;
  CHECK(forge::retry_delay({3, nullptr, clock.now(), 0.5}) == 2s);
}

TEST_CASE("a rate limit without a time is waited out for a minute, then longer") {
  CHECK(delay_after(1, 429) == 61s);
  CHECK(delay_after(3, 403, {}, "secondary rate limit") == 64s);
}

TEST_CASE("Retry-After is obeyed") {
  FakeClock clock;
  CHECK(delay_after(1, 503, {{"retry-after", "17"}}) == 17s);
  CHECK(delay_after(1, 429, {{"retry-after", "0"}}) == 0s);
  CHECK(delay_after(2, 429, {{"retry-after", "0"}}) == 2s);
  CHECK(delay_after(3, 503, {{"retry-after", "1"}}) == 4s);
  const std::string reset = in_seconds(clock.now(), 90s);
  CHECK(delay_after(1, 403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", reset}}) == 90s);
  const std::string past = in_seconds(clock.now(), -5s);
  CHECK(delay_after(1, 403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", past}}) == 1s);
  CHECK(delay_after(
            1, 429,
            {{"retry-after", "2"}, {"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", reset}}) ==
        2s);
}

TEST_CASE("Retry-After may be a date") {
  FakeClock clock;  // stands at a moment of its own
  const Headers headers = {{"retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"},
                           {"date", "Sun, 06 Nov 1994 08:49:37 GMT"}};
  CHECK(delay_after(1, 503, headers) == 30s);
  CHECK(delay_after(1, 429, headers) == 30s);
  CHECK(delay_after(1, 503, {{"retry-after", "Sun, 06 Nov 1994 08:50:07 GMT"}}) == 1s);
}

TEST_CASE("the server's times are compared with its clock") {
  // 1000000090 is 90 s after that date.
  const Headers headers = {{"x-ratelimit-remaining", "0"},
                           {"x-ratelimit-reset", "1000000090"},
                           {"date", "Sun, 09 Sep 2001 01:46:40 GMT"}};
  CHECK(delay_after(1, 403, headers) == 90s);
}

TEST_CASE("an invalid Retry-After is ignored") {
  for (const char* text : {"", "soon", "-1", "1.5", "1 ", "99999999999999999999999",
                           "tomorrow, 12:00", "Sun, 06 Nov", "Sun, 06 Nov 1994"}) {
    INFO(text);
    CHECK(delay_after(1, 503, {{"retry-after", text}}) == 1s);
  }
  for (const char* text : {"9999999999999", "9223372036854775807"}) {
    CHECK(delay_after(1, 503, {{"retry-after", text}}) > 24h);
    CHECK(delay_after(1, 403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", text}}) > 24h);
  }
}

TEST_CASE("a final answer comes through at once") {
  Fixture fixture;
  fixture.inner.answer(201, "made");
  CHECK(fixture.send().body == "made");
  CHECK(fixture.clock.sleeps.empty());
}

TEST_CASE("temporary failures are retried") {
  Fixture fixture;
  fixture.inner.fail();
  fixture.inner.answer(502);
  fixture.inner.answer(201);
  CHECK(fixture.send().status == 201);
  CHECK(fixture.inner.sent.size() == 3);
  CHECK(fixture.clock.sleeps.size() == 2);
}

TEST_CASE("waiting ends after --max-wait with the error that happened") {
  Fixture fixture(10s);
  for (int i = 0; i < 10; ++i) fixture.inner.answer(502);
  const auto error = error_of([&] { fixture.send(); });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::network);
  CHECK(std::string(error->what()).find("HTTP 502") != std::string::npos);
  platform::Clock::duration total{};
  for (const auto sleep : fixture.clock.sleeps) total += sleep;
  CHECK(total <= 10s);
}

TEST_CASE("a Retry-After past the limit ends the run at once") {
  Fixture fixture;
  fixture.inner.answer(429, "{}", {{"retry-after", "3600"}});
  CHECK(error_code_of([&] { fixture.send(); }) == ErrorCode::rate_limited);
  CHECK(fixture.clock.sleeps.empty());
}

TEST_CASE("with --max-wait 0 the first failure is final") {
  Fixture fixture(0s);
  fixture.inner.fail();
  CHECK(error_code_of([&] { fixture.send(); }) == ErrorCode::network);
  CHECK(fixture.inner.sent.size() == 1);
}

TEST_CASE("a request to an untrusted peer is not retried") {
  Fixture fixture;
  fixture.inner.fail(ErrorCode::untrusted_peer);
  CHECK(error_code_of([&] { fixture.send(); }) == ErrorCode::untrusted_peer);
  CHECK(fixture.inner.sent.size() == 1);
}

TEST_CASE("a request that is found settled is not sent again") {
  Fixture fixture;
  int asked = 0;
  fixture.request.settled_before = [&]() -> std::optional<http::Response> {
    ++asked;
    return asked == 2 ? std::optional<http::Response>(http::Response{200, {}, "there"})
                      : std::nullopt;
  };
  fixture.inner.fail();
  fixture.inner.fail();
  CHECK(fixture.send().body == "there");
  CHECK(asked == 2);
  CHECK(fixture.inner.sent.size() == 2);
}

namespace {

/// A transport whose transfers take time: the body moves for a while, then the server is silent.
class SlowTransport final : public http::HttpTransport {
 public:
  SlowTransport(FakeClock& clock, platform::Clock::duration moving,
                platform::Clock::duration silent, int failures)
      : clock_(clock), moving_(moving), silent_(silent), failures_(failures) {}

  http::Response send(const http::Request& request) override {
    ++sent;
    clock_.sleep_for(moving_);
    std::array<char, 16> block{};
    while (request.body != nullptr && request.body->read(block) > 0) {
    }
    clock_.sleep_for(silent_);
    return {failures_-- > 0 ? 502 : 201, {}, "{}"};
  }

  int sent = 0;

 private:
  FakeClock& clock_;
  platform::Clock::duration moving_;
  platform::Clock::duration silent_;
  int failures_;
};

}  // namespace

TEST_CASE("a transfer counts as progress") {
  FakeClock clock;
  model::Progress progress;
  forge::TextBody body("x");
  SECTION("however long it takes, it may be tried again") {
    SlowTransport slow(clock, 1h, 1s, 2);
    forge::RetryingTransport transport(slow, clock, 60s, progress);
    CHECK(transport.send({"PUT", "https://api.example/x", {}, &body}).status == 201);
    CHECK(slow.sent == 3);
  }
  SECTION("the silence behind it counts") {
    SlowTransport slow(clock, 1h, 40s, 2);
    forge::RetryingTransport transport(slow, clock, 60s, progress);
    CHECK(error_code_of([&] {
            transport.send({"PUT", "https://api.example/x", {}, &body});
          }) == ErrorCode::network);
    CHECK(slow.sent == 2);
  }
}

TEST_CASE("a check before a retry has its own time limit") {
  Fixture fixture(10s);
  http::Request get{"GET", "https://api.example/x", {}, nullptr};
  fixture.request.settled_before = [&]() -> std::optional<http::Response> {
    fixture.transport.send(get);
    return {};
  };
  for (int i = 0; i < 30; ++i) fixture.inner.answer(502);
  CHECK(error_code_of([&] { fixture.send(); }) == ErrorCode::network);
  platform::Clock::duration total{};
  for (const auto sleep : fixture.clock.sleeps) total += sleep;
  CHECK(total <= 10s);
}

TEST_CASE("only writes are paced") {
  Fixture fixture;
  for (int i = 0; i < 40; ++i) fixture.inner.answer(201);
  for (int i = 0; i < 10; ++i) fixture.send();
  CHECK(fixture.clock.sleeps.empty());
  fixture.send();
  CHECK(fixture.clock.sleeps.size() == 1);
  const http::Request get{"GET", "https://api.example/x", {}, nullptr};
  for (int i = 0; i < 20; ++i) fixture.transport.send(get);
  CHECK(fixture.clock.sleeps.size() == 1);
}
