#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "common/program/command.hpp"
#include "receiver/commands/shared_options.hpp"

namespace healthmetric::receiver {

/// --format and --table.
class ExportOptions final : public program::OptionGroup {
 public:
  enum class Format { sqlite, csv, ndjson };

  ExportOptions();

  /// Throws Error{usage} if an option is missing or does not go with the others.
  void check(const std::filesystem::path& output) const;

  [[nodiscard]] Format format() const;
  /// A name for a file of that format.
  [[nodiscard]] std::string_view example() const;
  /// The name of the only table of csv and ndjson.
  [[nodiscard]] const std::string& table() const { return table_; }

 private:
  std::string format_;
  std::string table_;
};

/// `healthmetric-receiver export`.
class ExportCommand final : public program::Command {
 public:
  explicit ExportCommand(std::shared_ptr<const SharedOptions> shared);
  program::ExitStatus run(const program::CommandLine& line) override;

 private:
  std::shared_ptr<const SharedOptions> shared_;
  ExportOptions export_;
};

}  // namespace healthmetric::receiver
