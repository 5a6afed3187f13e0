#pragma once

#include <filesystem>
#include <string>

#include "sender/http/url.hpp"

namespace healthmetric::forge {

/// The token for an API: from `token_file` if one is named, else from the environment variables of
/// its type of server. From now on log messages hide it.
///
/// Throws Error{unauthorized} if there is none, Error{usage} if it is not a token or would be sent
/// unencrypted.
std::string find_token(const std::filesystem::path& token_file, const http::Url& api);

}  // namespace healthmetric::forge
