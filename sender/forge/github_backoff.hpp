#pragma once

#include <chrono>
#include <optional>
#include <random>

#include "common/platform/clock.hpp"
#include "sender/forge/github_pacing.hpp"
#include "sender/http/http.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::forge {

/// How an attempt ended, as far as the decision to try again needs it.
struct Attempt {
  unsigned number = 1;                       ///< from 1
  const http::Response* response = nullptr;  ///< null: no answer came
  platform::Clock::time_point now;
  double jitter = 1;  ///< 0.5 to 1, spreads senders that failed together
};

/// The delay before the next attempt; nullopt if this answer is final.
///
/// Retried: no answer, 408, 429, 5xx, a 403 that is a rate limit, and an answer that the branch
/// moved while the server wrote. `Retry-After`, in seconds or as a date, is obeyed; else, if no
/// requests are left, the reset time, from the second time on with the usual delay at least; else
/// the delay doubles from a second, and is over a minute after a rate limit (GitHub, "Best
/// practices for using the REST API"). The server's times are compared with its `Date`, because the
/// clock of this machine may be wrong.
std::optional<platform::Clock::duration> retry_delay(const Attempt& attempt);

/// Sends writes within GitHub's limits, and retries requests until `max_wait` has passed without
/// progress: waiting counts, and an attempt from the last byte that it transferred. The time of a
/// transfer does not count, however long it takes. Without a `max_wait` nothing is retried or
/// waited for: a request is sent once, and its answer is final, whatever it is.
class RetryingTransport final : public http::HttpTransport {
 public:
  RetryingTransport(http::HttpTransport& inner, platform::Clock& clock,
                    std::optional<platform::Clock::duration> max_wait, model::Progress& progress);

  /// A final answer. Throws Error{rate_limited} or Error{network} if waiting would take too long.
  http::Response send(const http::Request& request) override;

  /// From now on; with 0 every failure is final.
  void set_max_wait(platform::Clock::duration max_wait) { max_wait_ = max_wait; }

 private:
  http::Response send_once(const http::Request& request);
  http::Response send_until_final(const http::Request& request);
  std::optional<http::Response> attempt(const http::Request& request);
  void keep_pace(const http::Request& request);
  void wait(platform::Clock::duration delay, const http::Request& request,
            const http::Response* response);
  void sleep_until(platform::Clock::time_point time);

  http::HttpTransport& inner_;
  platform::Clock& clock_;
  std::optional<platform::Clock::duration> max_wait_;
  model::Progress& progress_;
  WritePacer pacer_;
  std::string last_failure_;
  platform::Clock::duration idle_{};  ///< without progress, since the request was first sent
  bool is_settling_ = false;          ///< within a request's settled_before
  std::minstd_rand random_;
};

}  // namespace healthmetric::forge
