#include "sender/commands/forge_session.hpp"

#include "sender/forge/credentials.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {

ForgeSession::ForgeSession(const Options& options, const std::string& api_url,
                           const forge::Repository& repository, const std::string& branch,
                           http::HttpTransport& transport, platform::Clock& clock,
                           model::Progress& progress)
    : watched_(transport, progress) {
  const http::Url api = http::api_root(api_url);
  server_ = forge::type_of(api).connect(
      {watched_, clock, progress, options.max_wait},
      {api_url, forge::find_token(options.token_file, api), repository, branch});
}

}  // namespace healthmetric::sender
