#pragma once

#include <string>
#include <string_view>

namespace healthmetric::text {

/// `text` with everything that has the shape of a GitHub token replaced by "***".
/// Shapes: `gh[pousr]_` or `github_pat_` and what follows (GitHub, "Token formats"; installation
/// tokens may hold dots and be 520 characters long, so no length is assumed).
std::string redact_tokens(std::string_view text);

/// One URL, or what was meant to be one, with "***" for all between its scheme and its last `@`:
/// user and password, also where they have characters that no URL may have.
std::string redact_user_info(std::string_view url);

/// `text` with that done to every URL in it, each of which ends at a blank or a quote.
std::string redact_urls(std::string_view text);

/// `text` with every occurrence of `secret` replaced by "***". An empty secret changes nothing.
std::string redact(std::string_view text, std::string_view secret);

}  // namespace healthmetric::text
