#pragma once

#include <chrono>

#include "sender/check/finding.hpp"
#include "sender/check/subject.hpp"
#include "sender/forge/credentials.hpp"
#include "sender/forge/inspector.hpp"
#include "sender/http/url.hpp"

/// Checks of the way to the server, and of the token.

namespace healthmetric::check {

/// `proxy`: the one in use, which is valid.
Finding check_proxy(const model::NetworkOptions& network, const http::Url& api);

/// `token`: where it is from, and that others cannot read it.
Finding check_token(const forge::FoundToken& token);

/// `network`: the server answered within `took`.
Finding check_network(const http::Url& api, std::chrono::milliseconds took);

/// `clock`: this machine's time is the server's.
Finding check_clock(const forge::ServerFacts& facts, std::chrono::sys_seconds now);

/// `token-accepted`: the server knows the token.
Finding check_token_accepted(const forge::ServerFacts& facts);

/// `token-end`: it does not expire soon.
Finding check_token_end(const forge::ServerFacts& facts, std::chrono::sys_seconds now);

/// `token-kind`: it is not a classic one.
Finding check_token_kind(const forge::ServerFacts& facts);

/// `rate-limit`: there are requests left.
Finding check_rate_limit(const forge::ServerFacts& facts);

}  // namespace healthmetric::check
