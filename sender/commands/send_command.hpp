#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "common/program/command.hpp"
#include "common/program/option_groups.hpp"
#include "common/program/pattern_options.hpp"
#include "common/select/selection_options.hpp"
#include "sender/commands/payload_options.hpp"
#include "sender/commands/shared_options.hpp"
#include "sender/commands/source_options.hpp"

namespace healthmetric::sender {

/// --output, --wait, --changed-only, --allow-empty, --heartbeat and
/// --warn-after.
class SendOptions final : public program::OptionGroup {
 public:
  SendOptions();
  void put_into(Options& options, const program::CommandLine& line) const;

 private:
  std::filesystem::path output_;
  std::string wait_;
  bool changed_only_ = false;
  bool allow_empty_ = false;
  std::string heartbeat_;
  std::string warn_after_;
};

/// `healthmetric-sender` alone: packs and sends; with --dry-run shows what that would be.
class SendCommand final : public program::Command {
 public:
  explicit SendCommand(std::shared_ptr<const SharedOptions> shared);
  program::ExitStatus run(const program::CommandLine& line) override;

  /// The values of the options. Throws Error{usage} for invalid ones.
  [[nodiscard]] Options options(const program::CommandLine& line) const;

 private:
  std::shared_ptr<const SharedOptions> shared_;
  SourceOptions source_;
  program::PatternOptions patterns_{select::kSelectionGroup};
  select::SelectionOptions selection_;
  SendOptions own_;
  PayloadOptions payload_;
  program::LimitOptions limits_;
};

}  // namespace healthmetric::sender
