#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace healthmetric::forge {

/// The header in which GitHub tells when the token of a request ends, on every answer to one that
/// does (GitHub, "Managing your personal access tokens"). Other servers do not send it.
inline constexpr const char* kTokenExpiryHeader = "github-authentication-token-expiration";

/// Reads "2026-01-31 08:00:00 UTC" or "2026-01-31 08:00:00 -0700"; nullopt for anything else.
std::optional<std::chrono::sys_seconds> parse_token_expiry(std::string text);

/// The same of a token in use: a time that no such token has, more than ten years ago or in more
/// than a hundred years, is nullopt, too.
std::optional<std::chrono::sys_seconds> plausible_token_expiry(std::string text,
                                                               std::chrono::sys_seconds now);

}  // namespace healthmetric::forge
