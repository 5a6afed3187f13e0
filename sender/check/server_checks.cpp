#include "sender/check/server_checks.hpp"

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/access.hpp"
#include "common/program/log.hpp"
#include "common/text/timestamp.hpp"
#include "sender/http/proxy_environment.hpp"
#include "sender/http/system_proxy.hpp"

namespace healthmetric::check {
namespace {

namespace fs = std::filesystem;
using std::chrono::days;
using std::chrono::seconds;

constexpr seconds kSlightlyWrong{60};
constexpr seconds kFarWrong{std::chrono::hours(24)};
constexpr days kTokenEndsSoon{14};
constexpr std::uint64_t kFewRequestsShare = 10;

constexpr const char* kNewToken =
    "make a new fine-grained token for this repository alone, with the permission Contents: "
    "read and write, and use that one instead";

std::string mode_of(const fs::path& file) {
  std::error_code error;
  const auto permissions = platform::permissions_of(file);
  if (!permissions || !fs::is_regular_file(file, error)) return "";
  return fmt::format(" (mode {:04o})", static_cast<unsigned>(*permissions) & 07777U);
}

/// The proxies of the environment are all looked at: one that is invalid ends a run.
std::string proxy_in_use(const http::Url& api) {
  for (const http::NamedProxy& named : http::proxies_of_environment()) {
    const model::Proxy proxy = http::parse_proxy(named.value, named.variable);
    if (!proxy.password.empty()) log::hide(proxy.password);
  }
  if (api.is_loopback()) return {};
  const auto proxies = http::proxies_for(api.scheme);
  if (proxies.empty()) {
    const std::string server = http::system_proxy_for(api);
    return server.empty() ? server : in_quotes(server) + " from the system's settings";
  }
  return fmt::format("{} from {}, except for the hosts in NO_PROXY",
                     in_quotes(proxies.front().value), proxies.front().variable);
}

}  // namespace

Finding check_proxy(const model::NetworkOptions& network, const http::Url& api) {
  constexpr const char* kCheck = "proxy";
  try {
    const std::string found =
        network.proxy ? in_quotes(network.proxy->text) + " from --proxy" : proxy_in_use(api);
    return ok(kCheck, found.empty() ? "none is used" : found);
  } catch (const Error& error) {
    return failed(kCheck, error.what(), "correct the variable or setting, or unset it");
  }
}

Finding check_token(const forge::FoundToken& token) {
  constexpr const char* kCheck = "token";
  if (token.file.empty()) return ok(kCheck, "from the variable " + token.place);
  const std::string found = "from " + token.place + mode_of(token.file);
  if (!platform::is_readable_by_others(token.file)) return ok(kCheck, found);
  return warning(kCheck, found + ": other users can read it",
                 fmt::format("run 'chmod go-rwx {}'", printable(token.file.string())));
}

Finding check_network(const http::Url& api, std::chrono::milliseconds took) {
  return ok("network", fmt::format("{} answered within {} ms", api.origin(), took.count()));
}

Finding check_clock(const forge::ServerFacts& facts, std::chrono::sys_seconds now) {
  constexpr const char* kCheck = "clock";
  if (!facts.date) return skipped(kCheck, "the server's answer has no date");
  const seconds difference = now - *facts.date;
  const seconds off = abs(difference);
  if (off <= kSlightlyWrong) return ok(kCheck, "agrees with the server's");
  const std::string found =
      fmt::format("this machine's clock is {} {} ({} here, {} there)", human_duration(off),
                  difference.count() > 0 ? "fast" : "slow", text::format_timestamp(now),
                  text::format_timestamp(*facts.date));
  const std::string hint = "set it, for example with NTP: batches are dated by it";
  return off > kFarWrong ? failed(kCheck, found, hint) : warning(kCheck, found, hint);
}

Finding check_token_accepted(const forge::ServerFacts& facts) {
  constexpr const char* kCheck = "token-accepted";
  if (!facts.is_token_judged) {
    return skipped(kCheck, "could not be found out here: " + facts.limits_untold +
                               "; the checks of the repository need the token as well");
  }
  return facts.refusal.empty() ? ok(kCheck, "the server accepts the token")
                               : no_access(kCheck, facts.refusal, "");
}

Finding check_token_end(const forge::ServerFacts& facts, std::chrono::sys_seconds now) {
  constexpr const char* kCheck = "token-end";
  if (!facts.token_ends) return ok(kCheck, "the server does not say when the token expires");
  const std::string end = text::format_timestamp(*facts.token_ends);
  if (*facts.token_ends <= now) return no_access(kCheck, "the token expired on " + end, kNewToken);
  const auto left = std::chrono::floor<days>(*facts.token_ends - now).count();
  const std::string found = fmt::format("the token expires on {}, in {}", end,
                                        counted(static_cast<std::uint64_t>(left), "day", "days"));
  return *facts.token_ends - now > kTokenEndsSoon ? ok(kCheck, found)
                                                  : warning(kCheck, found, kNewToken);
}

Finding check_token_kind(const forge::ServerFacts& facts) {
  constexpr const char* kCheck = "token-kind";
  if (!facts.scopes) return ok(kCheck, "not a classic token");
  return warning(
      kCheck,
      "a classic token" +
          (facts.scopes->empty() ? " without scopes" : ", with the scopes " + *facts.scopes) +
          ": it gives access to all repositories of its owner",
      kNewToken);
}

Finding check_rate_limit(const forge::ServerFacts& facts) {
  constexpr const char* kCheck = "rate-limit";
  if (!facts.requests_left || !facts.request_limit) {
    if (facts.limits_untold.empty()) {
      return ok(kCheck, "the server does not say how many requests are left");
    }
    return skipped(kCheck, "could not be found out: " + facts.limits_untold);
  }
  const std::string found =
      fmt::format("{} of {} requests left{}", *facts.requests_left, *facts.request_limit,
                  facts.limit_ends ? " until " + text::format_timestamp(*facts.limit_ends) : "");
  const std::string hint = "wait; other programs with tokens of this account count, too";
  if (*facts.requests_left == 0) return failed(kCheck, found, hint);
  const bool are_few = *facts.requests_left < *facts.request_limit / kFewRequestsShare;
  return are_few ? warning(kCheck, found, hint) : ok(kCheck, found);
}

}  // namespace healthmetric::check
