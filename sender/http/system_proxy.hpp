#pragma once

#include <optional>
#include <string>

#include "common/platform/system_proxy.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::http {

/// The server that the settings name for the URL, "proxy.lan:3128"; "" where they name none for its
/// scheme, or say that its host is reached without. In the bypass list "*" stands for any
/// characters, and "<local>" for hosts without a dot (Windows, "INTERNET_PROXY_INFO").
std::string server_for(const platform::SystemProxy& settings, const Url& url);

/// The same of this system's settings, which are read once. A password in them is hidden from what
/// is printed and logged. Throws Error{usage} where libcurl does not support what they name.
std::string system_proxy_for(const Url& url);

}  // namespace healthmetric::http
