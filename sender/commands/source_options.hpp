#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/program/command_line.hpp"
#include "common/program/option.hpp"
#include "sender/commands/options.hpp"

namespace healthmetric::sender {

/// What to send, and under which name.
class SourceOptions final : public program::OptionGroup {
 public:
  SourceOptions();

  /// Throws Error{usage} for what is not a source.
  void put_into(Options& options, const program::CommandLine& line) const;

 private:
  [[nodiscard]] std::optional<DataSource> source(const program::CommandLine& line) const;

  std::vector<std::string> paths_;
  std::string folder_;
  std::vector<std::string> files_;
  std::optional<std::string> data_;
  std::string files_from_;
  std::string stdin_name_;
  bool nul_separated_ = false;
  std::string batch_name_;
  std::string producer_;
  bool no_identity_ = false;
};

}  // namespace healthmetric::sender
