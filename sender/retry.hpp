#pragma once

#include <chrono>
#include <optional>
#include <random>

#include "common/clock.hpp"
#include "sender/http.hpp"
#include "sender/progress.hpp"

namespace healthmetric {

/// How an attempt ended, as far as the decision to try again needs it.
struct Attempt {
  unsigned number = 1;                 ///< from 1
  const Response* response = nullptr;  ///< null: no answer came
  Clock::time_point now;
  double jitter = 1;  ///< 0.5 to 1, spreads senders that failed together
};

/// True when the answer says that too much was asked in too short a time.
bool is_rate_limited(const Response& response);

/// The delay before the next attempt, or nothing when this answer is final.
///
/// Tried again: no answer, 408, 429, 5xx, a 403 that is a rate limit, and a 409 that says the
/// branch moved while GitHub wrote. `Retry-After` is obeyed; else with no requests left the reset
/// time, from the second time on at least as long as without; else the delay doubles from a second,
/// and is over a minute after a rate limit
/// (GitHub, "Best practices for using the REST API").
std::optional<Clock::duration> retry_delay(const Attempt& attempt);

/// Sends again what may be sent again, as long as no more than `max_wait` has passed since the
/// request was first sent.
class RetryingTransport final : public HttpTransport {
 public:
  RetryingTransport(HttpTransport& inner, Clock& clock, Clock::duration max_wait,
                    Progress& progress);

  /// A final answer, or once waiting would take too long Error{rate_limited} or Error{network}.
  Response send(const Request& request) override;

 private:
  std::optional<Response> attempt(const Request& request);
  void wait(Clock::time_point begin, Clock::duration delay, const Request& request,
            const Response* response);

  HttpTransport& inner_;
  Clock& clock_;
  Clock::duration max_wait_;
  Progress& progress_;
  std::string last_failure_;
  std::minstd_rand random_;
};

}  // namespace healthmetric
