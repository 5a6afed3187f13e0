#include "sender/commands/network_options.hpp"

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/environment.hpp"
#include "common/program/named_file.hpp"
#include "common/program/option_values.hpp"
#include "sender/commands/network_checks.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {
namespace {

/// A pipe is one, too.
void check_is_file(const std::string& text) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(text, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status)) return;
  throw Error(ErrorCode::usage, "there is no file " + in_quotes(text));
}

void check_timeout(const std::string& text) {
  if (program::parse_duration(text).count() == 0) {
    throw Error(ErrorCode::usage, "must be at least one second");
  }
}

model::Proxy named_proxy(const std::string& text) {
  model::Proxy proxy = http::parse_proxy(text, "--proxy");
  if (!proxy.password.empty()) log::hide(proxy.password);
  return proxy;
}

}  // namespace

NetworkOptions::NetworkOptions() : OptionGroup(kDeliveryGroup) {
  add({.name = "max-wait",
       .value = "TIME",
       .help = "Give up after TIME without progress; the batch then waits in the outbox (default "
               "5m)",
       .goes_to = &max_wait_,
       .check = program::check_duration});
  add({.name = "lock-wait",
       .value = "TIME",
       .help = "Wait up to TIME for another sender to finish delivering (default 0)",
       .goes_to = &lock_wait_,
       .check = program::check_duration});
  add({.name = "timeout",
       .value = "TIME",
       .help = "Give up a connection on which nothing moves for TIME, and try again (default 60s)",
       .goes_to = &timeout_,
       .check = check_timeout});
  add({.name = "proxy",
       .value = "URL",
       .help = "Connect through URL (default: HTTPS_PROXY and NO_PROXY, as curl reads them)",
       .goes_to = &proxy_});
  add({.name = "ca-bundle",
       .value = "FILE",
       .help = "Trust the certificate authorities in FILE (PEM) instead of the system's",
       .goes_to = &ca_bundle_,
       .check = check_is_file});
}

void NetworkOptions::put_into(Options& options, Uses uses) const {
  options.max_wait = program::parse_duration(max_wait_);
  options.lock_wait = program::parse_duration(lock_wait_);
  options.network.timeout = program::parse_duration(timeout_);
  options.network.ca_bundle = ca_bundle_;
  if (!proxy_.empty()) options.network.proxy = named_proxy(proxy_);
  if (!ca_bundle_.empty()) check_ca_bundle(ca_bundle_);
  if (proxy_.empty() && uses == Uses::network) check_proxies_of_environment();
}

std::string NetworkOptions::notice_of_password(const program::CommandLine& line,
                                               const std::filesystem::path& config) const {
  if (proxy_.find('@') == std::string::npos) return {};
  if (line.is_on_command_line("proxy")) {
    return "--proxy: its password is visible in the list of processes; keep "
           "it in sender.toml, or in HTTPS_PROXY";
  }
  if (!platform::environment_variable("HEALTHMETRIC_PROXY").empty()) return {};
  return program::readable_by_others_warning(config, "the proxy's password");
}

}  // namespace healthmetric::sender
