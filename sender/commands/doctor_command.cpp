#include "sender/commands/doctor_command.hpp"

#include <utility>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file.hpp"
#include "common/platform/user_dirs.hpp"
#include "common/program/option_values.hpp"
#include "sender/check/checkup.hpp"
#include "sender/commands/doctor_subject.hpp"
#include "sender/commands/roundtrip.hpp"
#include "sender/http/curl_http.hpp"

namespace healthmetric::sender {
namespace {

constexpr const char* kDefaultRoundtrip = "10m";
constexpr std::size_t kCheckColumns = 17;

void check_roundtrip(const std::string& text) {
  if (!program::is_switch(text)) program::check_duration(text);
}

std::string_view word_for(check::Result result) {
  switch (result) {
    case check::Result::ok:
      return "ok";
    case check::Result::warning:
      return "warn";
    case check::Result::failed:
    case check::Result::no_access:
      return "FAIL";
    case check::Result::skipped:
      return "skip";
  }
  return "";
}

std::string_view json_word_for(check::Result result) {
  switch (result) {
    case check::Result::ok:
      return "ok";
    case check::Result::warning:
      return "warning";
    case check::Result::failed:
      return "failed";
    case check::Result::no_access:
      return "no-access";
    case check::Result::skipped:
      return "skipped";
  }
  return "";
}

/// What is from outside, a message of the server or a proxy's address, may have a secret in it.
std::string shown(const std::string& text) {
  return log::redacted(printable(text));
}

}  // namespace

DoctorOptions::DoctorOptions() : OptionGroup("Checks") {
  add({.name = "roundtrip",
       .value = "TIME",
       .help =
           "If no check failed, send a batch without files and wait until it is stored, at most "
           "TIME (10m when none is given)",
       .goes_to = &roundtrip_,
       .check = check_roundtrip,
       .value_is_optional = true});
}

std::optional<std::chrono::seconds> DoctorOptions::roundtrip(
    const program::CommandLine& line) const {
  if (!line.is_given("roundtrip") || roundtrip_ == "false") return {};
  return program::parse_duration(program::is_switch(roundtrip_) ? kDefaultRoundtrip : roundtrip_);
}

void DoctorReport::add(const check::Finding& finding) {
  ++counts_[finding.result];
  const std::string detail = shown(finding.detail);
  const std::string hint = shown(finding.hint);
  findings_.push_back({{"check", finding.check},
                       {"result", json_word_for(finding.result)},
                       {"detail", detail},
                       {"hint", hint.empty() ? text::Json(nullptr) : text::Json(hint)}});
  const std::string line = fmt::format("{:<4}  {:<{}}{}{}", word_for(finding.result), finding.check,
                                       kCheckColumns, detail, hint.empty() ? "" : "; " + hint);
  log::record(line);
  const bool is_told =
      options_.verbosity != log::Verbosity::quiet ||
      (finding.result != check::Result::ok && finding.result != check::Result::skipped);
  if (!options_.json && is_told) platform::print(line + "\n");
}

void DoctorReport::end() const {
  if (options_.json) return platform::print(text::to_text(findings_) + "\n");
  if (options_.verbosity == log::Verbosity::quiet) return;
  const auto count = [&](check::Result result) {
    const auto found = counts_.find(result);
    return found == counts_.end() ? 0 : found->second;
  };
  platform::print(fmt::format("{} ok, {}, {} failed, {} not checked\n", count(check::Result::ok),
                              counted(count(check::Result::warning), "warning", "warnings"),
                              count(check::Result::failed) + count(check::Result::no_access),
                              count(check::Result::skipped)));
}

program::ExitStatus DoctorReport::status() const {
  if (counts_.contains(check::Result::no_access)) return program::ExitStatus::unauthorized;
  return counts_.contains(check::Result::failed) ? program::ExitStatus::partly_done
                                                 : program::ExitStatus::success;
}

program::ExitStatus examine(const check::Subject& subject, const Options& options,
                            std::optional<std::chrono::seconds> roundtrip, platform::Clock& clock) {
  DoctorReport report(options);
  http::CurlTransport transport(options.network);
  check::check_all(subject, transport, clock,
                   [&](const check::Finding& finding) { report.add(finding); });
  if (roundtrip && report.status() == program::ExitStatus::success) {
    report.add(check::finding_of(
        "roundtrip", [&] { return make_roundtrip(options, transport, clock, *roundtrip); }));
  } else if (roundtrip) {
    report.add(check::skipped("roundtrip", "not done: a check failed"));
  }
  report.end();
  return report.status();
}

DoctorCommand::DoctorCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("doctor",
              "Check whether everything is in place to send and store batches, and say what to do "
              "where it is not; changes nothing, unless --roundtrip is given"),
      shared_(std::move(shared)) {
  take(own_, shared_->repository, shared_->target, shared_->token, shared_->network,
       shared_->outbox, shared_->configuration, shared_->json, shared_->log);
  ignore(shared_->progress);
  add_notes(
      "Each line begins with ok, warn, FAIL, or skip for what could not be checked. The exit "
      "status "
      "is 0 if no check failed, 5 if the token or a permission is missing, else 4.");
}

void DoctorCommand::take_bad_settings(const Error& error) {
  fault_of_settings_ = error.what();
}

program::ExitStatus DoctorCommand::run(const program::CommandLine& line) {
  Options options;
  options.repository = shared_->repository.repository();
  shared_->target.put_into(options);
  shared_->put_into(options, line, Uses::this_machine_alone, Quiet::on_command_line_only);
  if (options.state_dir.empty()) options.state_dir = platform::state_folder().value_or("");
  begin_run(options);
  platform::SystemClock clock;
  const check::Subject subject =
      doctor_subject(options, shared_->configuration, line, fault_of_settings_);
  return examine(subject, options, own_.roundtrip(line), clock);
}

}  // namespace healthmetric::sender
