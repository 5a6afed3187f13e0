#include "sender/commands/token_end.hpp"

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/program/log.hpp"
#include "common/text/timestamp.hpp"
#include "sender/forge/forge_type.hpp"
#include "sender/http/url.hpp"
#include "sender/outbox/contact.hpp"

namespace healthmetric::sender {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr days kWarned{14};
constexpr days kUrgent{3};

/// "expires in 5 days", "expires in 30 hours", "expired".
std::string when(std::chrono::seconds left) {
  if (left.count() <= 0) return "expired";
  if (left < days(2)) {
    const auto rest = std::chrono::floor<hours>(left).count();
    return rest == 0 ? "expires within an hour"
                     : "expires in " + counted(static_cast<std::uint64_t>(rest), "hour", "hours");
  }
  return fmt::format("expires in {} days", std::chrono::floor<days>(left).count());
}

}  // namespace

std::optional<std::chrono::sys_seconds> token_end(ForgeSession& session, const Options& options,
                                                  const model::Target& target) {
  const auto told = session.server().token_expires();
  return told ? told : outbox::known_token_expiry(options.state_dir, target, session.token());
}

std::optional<std::chrono::sys_seconds> keep_token_end(ForgeSession& session,
                                                       const Options& options,
                                                       const model::Target& target) {
  const auto known = outbox::known_token_expiry(options.state_dir, target, session.token());
  const auto end = token_end(session, options, target);
  if (end && end != known) {
    outbox::record_token_expiry(options.state_dir, target, session.token(), *end);
  }
  return end;
}

void warn_of_token_end(const model::Target& target, std::optional<std::chrono::sys_seconds> end,
                       std::chrono::sys_seconds now) {
  if (!end || *end - now > kWarned) return;
  const std::chrono::seconds left = *end - now;
  const http::Url api = http::api_root(target.api_url);
  const forge::ForgeType& type = forge::type_of(api);
  const std::string text =
      fmt::format("the token for {} {} ({}): make a new one with {}, and replace it",
                  printable(target.repository), when(left), text::format_timestamp(*end),
                  type.token_permission());
  if (left > kUrgent) {
    log::warning(text);
  } else {
    log::urgent_warning(text);
  }
}

}  // namespace healthmetric::sender
