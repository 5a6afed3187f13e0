#pragma once

#include <string>
#include <string_view>

namespace healthmetric {

/// `text` with everything that has the shape of a GitHub token replaced by "***".
/// Shapes: `gh[pousr]_` or `github_pat_` and what follows (GitHub, "Token formats"; installation
/// tokens may hold dots and be 520 characters long, so no length is assumed).
std::string redact_tokens(std::string_view text);

/// `text` with every occurrence of `secret` replaced by "***". An empty secret changes nothing.
std::string redact(std::string_view text, std::string_view secret);

}  // namespace healthmetric
