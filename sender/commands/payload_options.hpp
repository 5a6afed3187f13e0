#pragma once

#include <string>

#include "common/program/option.hpp"
#include "sender/commands/options.hpp"

/// The size and encoding of payloads, and the outbox where they wait.

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

  /// The state directory stays empty if it was not named.
  void put_into(Options& options) const;

 private:
  std::filesystem::path state_dir_;
  std::string limit_;
};

/// $XDG_STATE_HOME/healthmetric, with the default the XDG Base Directory Specification gives.
/// Throws Error{usage} if neither it nor HOME is set.
std::filesystem::path default_state_dir();

}  // namespace healthmetric::sender
