#pragma once

#include <string>

#include "sender/http/http.hpp"

/// What an answer means, whichever server gave it: GitHub, Gitea or Forgejo. They say the same
/// things with other statuses and other words; that difference stands here and nowhere else.

namespace healthmetric::forge {

/// Whether the server itself refused: each of them does it with a JSON object that has a `message`.
/// Anything else – a login page, a proxy's or a firewall's, a redirect – is no answer of its.
bool is_refusal(const http::Response& response);

/// The server's own words, in one line, printable and not too long; says so where there are none.
std::string message_of(const http::Response& response);

/// True when the answer says that too much was asked in too short a time.
bool is_rate_limited(const http::Response& response);

/// True when the branch moved while the server wrote to it: nothing is wrong with the request.
bool is_lost_race(const http::Response& response);

/// True when what was sent is too large for the server, or for what stands in front of it.
bool is_too_large(const http::Response& response);

/// A repository without a first commit has no branch to write to.
bool is_empty_repository(const http::Response& response);

/// An archived repository, or one that is being moved: Gitea says 423, while GitHub says 403.
bool is_locked_repository(const http::Response& response);

/// A PUT without `sha` is to be a POST: Forgejo and older Gitea create files with nothing else.
bool wants_post(const http::Response& response);

/// The server has no such endpoint: Gitea's router says so in plain text.
bool is_unknown_endpoint(const http::Response& response);

}  // namespace healthmetric::forge
