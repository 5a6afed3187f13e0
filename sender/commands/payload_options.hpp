#pragma once

#include <string>

#include "common/program/option.hpp"
#include "sender/commands/options.hpp"

/// What payloads are like, and where they wait.

namespace healthmetric::sender {

/// --part-size and --compress.
class PayloadOptions final : public program::OptionGroup {
 public:
  PayloadOptions();
  void put_into(Options& options) const;

 private:
  std::string part_size_;
  std::string compress_ = "none";
};

/// --state-dir and --outbox-limit.
class OutboxOptions final : public program::OptionGroup {
 public:
  OutboxOptions();

  /// The state directory as named, which may be not at all.
  void put_into(Options& options) const;

 private:
  std::filesystem::path state_dir_;
  std::string limit_;
};

/// $XDG_STATE_HOME/healthmetric, with the default the XDG Base Directory Specification gives.
/// Throws Error{usage} when there is none.
std::filesystem::path default_state_dir();

}  // namespace healthmetric::sender
