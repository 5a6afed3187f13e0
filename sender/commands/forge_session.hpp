#pragma once

#include <memory>
#include <string>

#include "common/platform/clock.hpp"
#include "sender/commands/options.hpp"
#include "sender/forge/forge_type.hpp"
#include "sender/http/watched_transport.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::sender {

/// The connection to the forge of one target, which reports the progress of what is sent over it.
class ForgeSession {
 public:
  /// Finds the token. Throws Error{unauthorized} if there is none, Error{usage} if it must not be
  /// sent to that server; Error{io} if the target's repository is invalid.
  ForgeSession(const Options& options, const model::Target& target, http::HttpTransport& transport,
               platform::Clock& clock, model::Progress& progress);

  forge::Forge& server() { return *server_; }
  [[nodiscard]] const std::string& token() const { return token_; }

 private:
  http::WatchedTransport watched_;
  std::string token_;
  std::unique_ptr<forge::Forge> server_;
};

}  // namespace healthmetric::sender
