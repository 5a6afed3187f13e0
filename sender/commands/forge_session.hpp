#pragma once

#include <memory>

#include "common/platform/clock.hpp"
#include "sender/commands/options.hpp"
#include "sender/forge/forge_type.hpp"
#include "sender/http/watched_transport.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::sender {

/// What stands between the use cases and the wire, for one target: the forge, and the progress of
/// what goes to it.
class ForgeSession {
 public:
  /// Finds the token. Throws Error{unauthorized} when there is none, Error{usage} when it may not
  /// go there; Error{io} when the target's repository is none.
  ForgeSession(const Options& options, const model::Target& target, http::HttpTransport& transport,
               platform::Clock& clock, model::Progress& progress);

  forge::Forge& server() { return *server_; }

 private:
  http::WatchedTransport watched_;
  std::unique_ptr<forge::Forge> server_;
};

}  // namespace healthmetric::sender
