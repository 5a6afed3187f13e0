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

/// platform::state_folder(). Throws Error{usage} if that is unknown.
std::filesystem::path default_state_dir();

}  // namespace healthmetric::sender
