#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "common/program/command.hpp"
#include "common/text/json.hpp"
#include "sender/check/finding.hpp"
#include "sender/check/subject.hpp"
#include "sender/commands/shared_options.hpp"

namespace healthmetric::sender {

/// --roundtrip.
class DoctorOptions final : public program::OptionGroup {
 public:
  DoctorOptions();

  /// How long to wait for the receipt; nullopt: no round trip.
  [[nodiscard]] std::optional<std::chrono::seconds> roundtrip(
      const program::CommandLine& line) const;

 private:
  std::string roundtrip_;
};

/// Shows findings as they come, or all of them as JSON at the end.
class DoctorReport {
 public:
  explicit DoctorReport(const Options& options) : options_(options) {}

  void add(const check::Finding& finding);
  /// The last line, or the JSON.
  void end() const;

  /// 5 if an access failed, 4 if another check did.
  [[nodiscard]] program::ExitStatus status() const;

 private:
  const Options& options_;
  std::map<check::Result, std::uint64_t> counts_;
  text::Json findings_ = text::Json::array();
};

/// Makes all checks, then the round trip if one is wanted and nothing failed.
program::ExitStatus examine(const check::Subject& subject, const Options& options,
                            std::optional<std::chrono::seconds> roundtrip, platform::Clock& clock);

/// `healthmetric-sender doctor`: whether this machine could send, and the repository would store.
class DoctorCommand final : public program::Command {
 public:
  explicit DoctorCommand(std::shared_ptr<const SharedOptions> shared);

  /// They are a finding.
  void take_bad_settings(const Error& error) override;
  program::ExitStatus run(const program::CommandLine& line) override;

 private:
  std::shared_ptr<const SharedOptions> shared_;
  DoctorOptions own_;
  std::string fault_of_settings_;
};

}  // namespace healthmetric::sender
