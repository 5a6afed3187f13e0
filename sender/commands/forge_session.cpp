#include "sender/commands/forge_session.hpp"

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "sender/forge/credentials.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {

ForgeSession::ForgeSession(const Options& options, const model::Target& target,
                           http::HttpTransport& transport, platform::Clock& clock,
                           model::Progress& progress)
    : watched_(transport, progress) {
  auto repository = forge::Repository::parse(target.repository);
  if (!repository) {
    throw Error(ErrorCode::io, "invalid repository " + in_quotes(target.repository));
  }
  const http::Url api = http::api_root(target.api_url);
  token_ = forge::find_token(options.token_file, api);
  server_ = forge::type_of(api).connect({watched_, clock, progress, options.max_wait},
                                        {target.api_url, token_, *std::move(repository),
                                         target.payload_branch(), !target.inbox_branch.empty()});
}

}  // namespace healthmetric::sender
