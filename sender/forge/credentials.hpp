#pragma once

#include <filesystem>
#include <string>

#include "sender/http/url.hpp"

namespace healthmetric::forge {

/// The token for an API: from `token_file` when one is named, else from the environment:
/// GH_TOKEN, GITHUB_TOKEN for github.com; GH_ENTERPRISE_TOKEN, GITHUB_ENTERPRISE_TOKEN for other
/// hosts, so that a token never reaches a host it was not made for; any of the four for a loopback
/// address. From now on log messages hide it.
///
/// Throws Error{unauthorized} when there is none, Error{usage} when it is no token or would go out
/// unencrypted.
std::string find_token(const std::filesystem::path& token_file, const http::Url& api);

}  // namespace healthmetric::forge
