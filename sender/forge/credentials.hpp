#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sender/http/url.hpp"

namespace healthmetric::forge {

struct FoundToken {
  std::string text;
  std::string place;           ///< for messages: "GH_TOKEN", or the file in quotes
  std::filesystem::path file;  ///< empty if it is from the environment
};

/// The token for an API, as find_token() finds it, and where that was; without a warning.
FoundToken look_for_token(const std::filesystem::path& token_file, const http::Url& api);

/// What is wrong with `token`, without any of it: "has quotes around it: remove them"; "" if
/// nothing is.
std::string fault_of_token(std::string_view token);

/// The token for an API: from `token_file` if one is named, else from the environment variables of
/// its type of server. From now on log messages hide it. Warns if other users can read the file.
///
/// Throws Error{unauthorized} if there is none, Error{usage} if it is not a token or would be sent
/// unencrypted.
std::string find_token(const std::filesystem::path& token_file, const http::Url& api);

}  // namespace healthmetric::forge
