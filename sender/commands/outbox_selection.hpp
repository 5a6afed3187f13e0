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

/// The ids that follow a command.
class BatchIds final : public program::OptionGroup {
 public:
  /// `kind` says whether an id is required.
  explicit BatchIds(program::Option::Kind kind);
  [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }

 private:
  std::vector<std::string> ids_;
};

/// The options that all these commands read. Throws Error{usage}, also if --dry-run is set
/// anywhere, because they do not support it.
Options outbox_options(const SharedOptions& shared, const program::CommandLine& line, Uses uses);

/// --repo from the command line; from other places it applies to sending only.
std::string repository_to_look_at(const SharedOptions& shared, const program::CommandLine& line);

/// Prints the object with --json, else the text.
void show(const Options& options, const text::Json& json, const std::string& text);

/// Whether an entry is for the repository that was named, if one was. Case is ignored, as on
/// GitHub.
class RepositoryFilter {
 public:
  /// Throws Error{usage} for what is not a repository.
  explicit RepositoryFilter(const std::string& repository);

  /// The message if no entry passes the filter.
  [[nodiscard]] std::string nothing_waits_in(const outbox::Outbox& outbox) const;

  [[nodiscard]] bool takes(const outbox::OutboxEntry& entry) const;

 private:
  std::string repository_;
};

/// The folder of that batch. Throws Error{usage} for an invalid id, and for one not in the outbox.
std::filesystem::path folder_of(const outbox::Outbox& outbox, const std::string& id);

}  // namespace healthmetric::sender
