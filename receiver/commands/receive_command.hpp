#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "common/program/command.hpp"
#include "receiver/commands/options.hpp"
#include "receiver/commands/shared_options.hpp"

namespace healthmetric::receiver {

/// The options of receiving only.
class ReceiveOptions final : public program::OptionGroup {
 public:
  ReceiveOptions();

  /// Puts all but the limits and --dry-run into `options`, whose storage is known. Throws
  /// Error{usage}.
  void put_into(Options& options) const;

 private:
  std::string name_template_{unpack::NameTemplate::kDefault};
  std::filesystem::path reject_list_;
  std::string git_blob_ids_ = "auto";
  std::string durability_ = "batch";
  bool keep_payloads_ = false;
  bool retry_rejected_ = false;
  std::uint64_t incomplete_after_days_ = 7;
};

/// `healthmetric-receiver` alone: processes every batch that waits.
class ReceiveCommand final : public program::Command {
 public:
  explicit ReceiveCommand(std::shared_ptr<const SharedOptions> shared);
  program::ExitStatus run(const program::CommandLine& line) override;

  /// The values of the options. Throws Error{usage} for invalid ones.
  [[nodiscard]] Options options(const program::CommandLine& line) const;

 private:
  std::shared_ptr<const SharedOptions> shared_;
  ReceiveOptions own_;
};

}  // namespace healthmetric::receiver
