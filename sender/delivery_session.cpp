#include "sender/delivery_session.hpp"

#include "sender/credentials.hpp"
#include "sender/url.hpp"

namespace healthmetric::sender {

DeliverySession::DeliverySession(const Options& options, const std::string& api_url,
                                 const Repository& repository, const std::string& branch,
                                 HttpTransport& transport, Clock& clock, Progress& progress)
    : watched_(transport, progress),
      retrying_(watched_, clock, options.max_wait, progress),
      client_(retrying_,
              {api_url, find_token(options.token_file, api_root(api_url)), repository, branch}) {}

}  // namespace healthmetric::sender
