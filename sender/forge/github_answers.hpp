#pragma once

#include <string>

#include "sender/http/http.hpp"

/// What an answer means, whichever server gave it: GitHub, Gitea or Forgejo. Their statuses and
/// texts differ; only this file knows how.

namespace healthmetric::forge {

/// Whether the server itself refused: each of them answers with a JSON object that has a `message`.
/// Anything else – a login page, a proxy's or a firewall's page, a redirect – is not from the
/// server.
bool is_refusal(const http::Response& response);

/// The server's message, in one line, printable and not too long; says so if there is none.
std::string message_of(const http::Response& response);

/// True if the answer says that a rate limit was exceeded.
bool is_rate_limited(const http::Response& response);

/// True if the branch moved while the server wrote to it: the request can be repeated.
bool is_lost_race(const http::Response& response);

/// True if a rule of the repository forbids the request, with whatever status: its owner can change
/// the rule.
bool is_rule_violation(const http::Response& response);

/// True if the request is too large for the server, or for a proxy in front of it.
bool is_too_large(const http::Response& response);

/// A repository without a first commit has no branch to write to.
bool is_empty_repository(const http::Response& response);

/// An archived repository, or one that is being moved: Gitea says 423, while GitHub says 403.
bool is_locked_repository(const http::Response& response);

/// The server wants a POST instead of a PUT without `sha`: Forgejo and older Gitea do.
bool wants_post(const http::Response& response);

/// The server has no such endpoint: Gitea's router says so in plain text.
bool is_unknown_endpoint(const http::Response& response);

}  // namespace healthmetric::forge
