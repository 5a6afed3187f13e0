#include "sender/commands/forge_session.hpp"

#include "sender/forge/credentials.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {

ForgeSession::ForgeSession(const Options& options, const std::string& api_url,
                           const forge::Repository& repository, const std::string& branch,
                           http::HttpTransport& transport, platform::Clock& clock,
                           model::Progress& progress)
    : watched_(transport, progress),
      retrying_(watched_, clock, options.max_wait, progress),
      client_(retrying_, {api_url, forge::find_token(options.token_file, http::api_root(api_url)),
                          repository, branch}) {}

}  // namespace healthmetric::sender
