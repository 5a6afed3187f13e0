#pragma once

#include <filesystem>
#include <string>

namespace healthmetric::platform {

/// The host name of this machine; "" if it is unknown.
std::string host_name();

/// The operating system and its version, such as "Linux 6.1.0 x86_64"; "" if it is unknown.
std::string os_name();

/// The name of the user of this process; "" if it is unknown.
std::string user_name();

/// When this user may not write at `place` for it belongs to another: whose it is, and what makes
/// `folder`, which holds it, this user's, as part of a message. Else "".
std::string foreign_owner_hint(const std::filesystem::path& place,
                               const std::filesystem::path& folder);

}  // namespace healthmetric::platform
