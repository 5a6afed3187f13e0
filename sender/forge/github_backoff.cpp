#include "sender/forge/github_backoff.hpp"

#include <algorithm>
#include <charconv>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/payload/relative_path.hpp"
#include "common/program/log.hpp"
#include "common/text/timestamp.hpp"
#include "sender/forge/github_answers.hpp"
#include "sender/http/http_date.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::forge {
namespace {

using std::chrono::seconds;

constexpr seconds kFirstDelay{1};
constexpr seconds kLongestDelay{60};
constexpr seconds kRateLimitDelay{60};
constexpr seconds kLongestDemand = std::chrono::years(1);
constexpr unsigned kMaxDoublings = 6;

std::optional<std::int64_t> parse_seconds(const std::string& text) {
  constexpr std::int64_t kFarFuture = 10'000'000'000;
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (text.empty() || result.ec != std::errc() || result.ptr != end || value < 0) return {};
  return std::min(value, kFarFuture);
}

/// How long until a moment of the server's clock; never so much that a clock could not show it.
seconds time_until(std::chrono::sys_seconds moment, const http::Response& response,
                   platform::Clock::time_point our_time) {
  const auto its_time = http::parse_http_date(response.header("date"));
  const auto now = its_time ? *its_time : std::chrono::floor<seconds>(our_time);
  return std::clamp(moment - now, seconds(1), kLongestDemand);
}

/// What the server asks for, if it asks.
std::optional<platform::Clock::duration> demanded_delay(const http::Response& response,
                                                        platform::Clock::time_point now) {
  const std::string retry_after = response.header("retry-after");
  if (const auto wait = parse_seconds(retry_after)) return std::min(seconds(*wait), kLongestDemand);
  if (const auto date = http::parse_http_date(retry_after)) return time_until(*date, response, now);
  if (response.header("x-ratelimit-remaining") != "0") return {};
  const auto reset = parse_seconds(response.header("x-ratelimit-reset"));
  if (!reset) return {};
  return time_until(std::chrono::sys_seconds(seconds(*reset)), response, now);
}

bool is_transient(const http::Response& response) {
  return response.status == 408 || response.status == 429 || response.status >= 500 ||
         is_rate_limited(response) || is_lost_race(response);
}

/// A body that tells when its bytes moved last.
class TimedBody final : public http::RequestBody {
 public:
  TimedBody(http::RequestBody& inner, platform::Clock& clock, platform::Clock::time_point& moved)
      : inner_(inner), clock_(clock), moved_(moved) {}

  [[nodiscard]] std::uint64_t size_bytes() const override { return inner_.size_bytes(); }
  std::size_t read(std::span<char> into) override {
    moved_ = clock_.now();
    return inner_.read(into);
  }
  void rewind() override { inner_.rewind(); }

 private:
  http::RequestBody& inner_;
  platform::Clock& clock_;
  platform::Clock::time_point& moved_;
};

/// Sets a flag for the length of a scope.
class ScopedFlag {
 public:
  explicit ScopedFlag(bool& flag) : flag_(flag) { flag = true; }
  ~ScopedFlag() { flag_ = false; }
  ScopedFlag(const ScopedFlag&) = delete;
  ScopedFlag& operator=(const ScopedFlag&) = delete;

 private:
  bool& flag_;
};

/// "GET https://api.github.com", for messages.
std::string place_of(const http::Request& request) {
  return request.method + " " + http::origin_of(request.url);
}

std::string describe(const http::Response& response) {
  if (is_rate_limited(response)) return fmt::format("rate limited (HTTP {})", response.status);
  return fmt::format("HTTP {}", response.status);
}

}  // namespace

std::optional<platform::Clock::duration> retry_delay(const Attempt& attempt) {
  const bool rate_limited = attempt.response != nullptr && is_rate_limited(*attempt.response);
  if (attempt.response != nullptr && !is_transient(*attempt.response)) return {};
  const unsigned doublings = std::min(attempt.number - 1, kMaxDoublings);
  const seconds doubled = std::min(kFirstDelay * (1U << doublings), kLongestDelay);
  const auto spread = std::chrono::duration_cast<platform::Clock::duration>(
      std::chrono::duration<double>(doubled) * attempt.jitter);
  if (attempt.response != nullptr) {
    // A server that again and again demands no wait at all gets the usual one all the same.
    const auto demanded = demanded_delay(*attempt.response, attempt.now);
    if (demanded) return attempt.number == 1 ? *demanded : std::max(*demanded, spread);
  }
  return rate_limited ? kRateLimitDelay + spread : spread;
}

RetryingTransport::RetryingTransport(http::HttpTransport& inner, platform::Clock& clock,
                                     std::optional<platform::Clock::duration> max_wait,
                                     model::Progress& progress)
    : inner_(inner),
      clock_(clock),
      max_wait_(max_wait),
      progress_(progress),
      random_(std::random_device()()) {}

/// What is asked before a request is sent again may fail as well: that counts as the request's own
/// time without progress.
http::Response RetryingTransport::send(const http::Request& request) {
  if (!max_wait_) return send_once(request);
  if (is_settling_) return send_until_final(request);
  idle_ = {};
  return send_until_final(request);
}

http::Response RetryingTransport::send_once(const http::Request& request) {
  try {
    return inner_.send(request);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::network) throw;
    throw Error(error.code(), place_of(request) + ": " + error.what());
  }
}

http::Response RetryingTransport::send_until_final(const http::Request& request) {
  for (unsigned number = 1;; ++number) {
    if (number > 1 && request.settled_before) {
      const ScopedFlag settling(is_settling_);
      if (auto settled = request.settled_before()) return std::move(*settled);
    }
    std::optional<http::Response> response = attempt(request);
    const double jitter = std::uniform_real_distribution<double>(0.5, 1)(random_);
    const auto delay = retry_delay({number, response ? &*response : nullptr, clock_.now(), jitter});
    if (!delay) return std::move(*response);
    wait(*delay, request, response ? &*response : nullptr);
  }
}

/// The answer, or nothing when none came.
std::optional<http::Response> RetryingTransport::attempt(const http::Request& request) {
  keep_pace(request);
  platform::Clock::time_point moved = clock_.now();
  std::optional<TimedBody> body;
  http::Request timed = request;
  if (request.body != nullptr) timed.body = &body.emplace(*request.body, clock_, moved);
  std::optional<http::Response> response;
  try {
    response = inner_.send(timed);
    last_failure_ = describe(*response);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::network) throw;
    last_failure_ = error.what();
  }
  idle_ += std::chrono::duration_cast<platform::Clock::duration>(clock_.now() - moved);
  return response;
}

void RetryingTransport::keep_pace(const http::Request& request) {
  if (request.method == "GET") return;
  const platform::Clock::time_point now = clock_.now();
  const platform::Clock::time_point turn = pacer_.next_turn(now);
  if (turn <= now) return;
  log::debug(fmt::format("keeping to GitHub's limits on writes: the next one goes at {}",
                         text::format_timestamp(std::chrono::ceil<seconds>(turn))));
  sleep_until(turn);
}

void RetryingTransport::wait(platform::Clock::duration delay, const http::Request& request,
                             const http::Response* response) {
  const bool rate_limited = response != nullptr && is_rate_limited(*response);
  const std::string where = place_of(request);
  if (idle_ + delay > *max_wait_) {
    throw Error(rate_limited ? ErrorCode::rate_limited : ErrorCode::network,
                fmt::format("{}: {}; gave up: the next try, in {} s, is past --max-wait", where,
                            last_failure_, std::chrono::ceil<seconds>(delay).count()));
  }
  const platform::Clock::time_point until = clock_.now() + delay;
  log::info(fmt::format("{}: {}; trying again in {} s, at {}", where, last_failure_,
                        std::chrono::ceil<seconds>(delay).count(),
                        text::format_timestamp(std::chrono::ceil<seconds>(until))));
  idle_ += delay;
  sleep_until(until);
}

void RetryingTransport::sleep_until(platform::Clock::time_point time) {
  progress_.wait_until(time);
  clock_.sleep_for(std::chrono::ceil<platform::Clock::duration>(time - clock_.now()));
}

}  // namespace healthmetric::forge
