#pragma once

#include <filesystem>
#include <string>

namespace healthmetric::platform {

/// What this machine calls itself in its network; "" when the system does not tell.
std::string host_name();

/// Whom this process works for; "" when the system does not tell.
std::string user_name();

/// When this user may not write at `place` for it belongs to another: whose it is, and what makes
/// `folder`, which holds it, this user's, as part of a message. Else "".
std::string foreign_owner_hint(const std::filesystem::path& place,
                               const std::filesystem::path& folder);

}  // namespace healthmetric::platform
