#pragma once

#include <string>
#include <string_view>

#include "sender/http/libcurl.hpp"

namespace healthmetric::http {

/// Whether a transfer ended because the server's certificate does not hold. `detail` is what
/// libcurl says of it: with Schannel, the code alone does not tell everything.
bool is_trust_failure(CURLcode code, std::string_view detail);

/// libcurl's words for it, which begin in the same way with each library for TLS, and what helps
/// where the authority is not known.
std::string trust_failure_text(std::string_view detail);

}  // namespace healthmetric::http
