#pragma once

#include "common/platform/clock.hpp"
#include "sender/commands/options.hpp"
#include "sender/forge/github_backoff.hpp"
#include "sender/forge/github_client.hpp"
#include "sender/http/watched_transport.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::sender {

/// What stands between the use cases and the wire, for one repository: progress, retries and the
/// API, one upon the other.
class ForgeSession {
 public:
  /// Finds the token. Throws Error{unauthorized} when there is none, Error{usage} when it may not
  /// go there.
  ForgeSession(const Options& options, const std::string& api_url,
               const forge::Repository& repository, const std::string& branch,
               http::HttpTransport& transport, platform::Clock& clock, model::Progress& progress);

  forge::Forge& server() { return client_; }
  forge::RetryingTransport& transport() { return retrying_; }

 private:
  http::WatchedTransport watched_;
  forge::RetryingTransport retrying_;
  forge::GithubClient client_;
};

}  // namespace healthmetric::sender
