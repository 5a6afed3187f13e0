#pragma once

#include <string>

#include "common/program/command_line.hpp"
#include "common/program/option.hpp"
#include "sender/commands/options.hpp"

namespace healthmetric::sender {

inline constexpr const char* kDeliveryGroup = "Delivery";

/// Whether a run makes requests.
enum class Uses { network, this_machine_alone };

/// Timeouts, proxy and certificate authorities.
class NetworkOptions final : public program::OptionGroup {
 public:
  NetworkOptions();

  /// For a run without the network, its settings are not checked. Throws Error{usage}.
  void put_into(Options& options, Uses uses) const;

  /// A notice if other users of the machine can read the proxy's password; "" if they cannot, or
  /// there is none. `config` is the configuration file.
  [[nodiscard]] std::string notice_of_password(const program::CommandLine& line,
                                               const std::filesystem::path& config) const;

 private:
  std::string max_wait_ = "5m";
  std::string lock_wait_ = "0";
  std::string timeout_ = "60s";
  std::string proxy_;
  std::filesystem::path ca_bundle_;
};

}  // namespace healthmetric::sender
