#pragma once

#include <filesystem>
#include <string>

#include "sender/http/url.hpp"

namespace healthmetric::forge {

/// The token for an API: from `token_file` when one is named, else from the environment, in the
/// variables that its type of server has. From now on log messages hide it.
///
/// Throws Error{unauthorized} when there is none, Error{usage} when it is not a token or would go
/// out unencrypted.
std::string find_token(const std::filesystem::path& token_file, const http::Url& api);

}  // namespace healthmetric::forge
