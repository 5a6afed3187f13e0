#include "sender/commands/roundtrip.hpp"

#include <map>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "sender/commands/send.hpp"

namespace healthmetric::sender {
namespace {

using Phase = model::Step::Phase;
using Seconds = std::chrono::duration<double>;

/// When each phase of the run first began.
class LegTimer final : public model::Progress {
 public:
  explicit LegTimer(platform::Clock& clock) : clock_(clock) {}

  void begin(const model::Step& step) override { begun_.emplace(step.phase, clock_.now()); }

  /// From the beginning of one phase to that of another; 0 if either never began.
  [[nodiscard]] Seconds between(Phase first, Phase second) const {
    const auto from = begun_.find(first);
    const auto to = begun_.find(second);
    if (from == begun_.end() || to == begun_.end()) return {};
    return to->second - from->second;
  }

  [[nodiscard]] Seconds since(Phase phase) const {
    const auto from = begun_.find(phase);
    return from == begun_.end() ? Seconds{} : Seconds(clock_.now() - from->second);
  }

 private:
  platform::Clock& clock_;
  std::map<Phase, platform::Clock::time_point> begun_;
};

std::string legs(const LegTimer& timer) {
  return fmt::format("uploaded in {:.1f} s, workflow started in {:.1f} s, stored after {:.1f} s",
                     timer.between(Phase::sending, Phase::starting).count(),
                     timer.between(Phase::starting, Phase::waiting).count(),
                     timer.since(Phase::waiting).count());
}

std::string failure(const Outcome& outcome) {
  switch (outcome.state) {
    case Outcome::State::sent:
      return "the batch was delivered, but not stored in time";
    case Outcome::State::rejected:
      return "the receiver rejected the batch: " + outcome.reason;
    case Outcome::State::refused:
      return "the repository refused the batch: " + outcome.reason;
    default:
      return "the batch waits in the outbox" +
             (outcome.reason.empty() ? "" : ": " + outcome.reason);
  }
}

}  // namespace

check::Finding make_roundtrip(Options options, http::HttpTransport& transport,
                              platform::Clock& clock, std::chrono::seconds time) {
  constexpr const char* kCheck = "roundtrip";
  if (options.trigger == model::Trigger::none) {
    return check::skipped(kCheck, "not done: with --trigger none nothing starts the workflow");
  }
  options.source = NoFiles{};
  options.batch_name = kRoundtripName;
  options.changes = Changes::send_all;
  options.wait = time;
  LegTimer timer(clock);
  const Outcome outcome = send(options, transport, clock, timer);
  const std::string batch = outcome.batch_id + ": ";
  if (outcome.state == Outcome::State::stored) return check::ok(kCheck, batch + legs(timer));
  const bool is_access = outcome.status == program::ExitStatus::unauthorized;
  const std::string runs = "look at the workflow's runs";
  return is_access ? check::no_access(kCheck, batch + failure(outcome), "")
                   : check::failed(kCheck, batch + failure(outcome),
                                   outcome.state == Outcome::State::sent
                                       ? runs + ": " + runs_page(options, outcome.target)
                                       : "");
}

}  // namespace healthmetric::sender
