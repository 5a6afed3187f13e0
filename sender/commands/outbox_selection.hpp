#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "common/program/command.hpp"
#include "common/text/json.hpp"
#include "sender/commands/shared_options.hpp"
#include "sender/outbox/entry.hpp"
#include "sender/outbox/outbox.hpp"

/// What the commands on the outbox have in common.

namespace healthmetric::sender {

/// The ids behind a command.
class BatchIds final : public program::OptionGroup {
 public:
  /// `kind` says whether there may be none.
  explicit BatchIds(program::Option::Kind kind);
  [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }

 private:
  std::vector<std::string> ids_;
};

/// What these commands read of the options that all take. Throws Error{usage}, also for --dry-run
/// from anywhere: it would not be what was asked for.
Options outbox_options(const SharedOptions& shared, const program::CommandLine& line, Uses uses);

/// --repo, where the command line itself has it; elsewhere it is for sending.
std::string repository_to_look_at(const SharedOptions& shared, const program::CommandLine& line);

/// Prints the object with --json, else the text.
void show(const Options& options, const text::Json& json, const std::string& text);

/// Whether an entry is for the repository that was named, if one was. GitHub does not tell names
/// apart by their case.
class RepositoryFilter {
 public:
  /// Throws Error{usage} for what is not a repository.
  explicit RepositoryFilter(const std::string& repository);

  /// What to say where the filter takes nothing.
  [[nodiscard]] std::string nothing_waits_in(const outbox::Outbox& outbox) const;

  [[nodiscard]] bool takes(const outbox::OutboxEntry& entry) const;

 private:
  std::string repository_;
};

/// The folder of that batch. Throws Error{usage} for an invalid id, and for one not in the outbox.
std::filesystem::path folder_of(const outbox::Outbox& outbox, const std::string& id);

}  // namespace healthmetric::sender
