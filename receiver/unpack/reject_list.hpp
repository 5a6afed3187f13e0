#pragma once

#include <filesystem>
#include <map>
#include <string>

/// Payloads that are to be rejected whatever they hold, because the repository would not take what
/// is in them: a push protection or a rule sees it only once it is unpacked.

namespace healthmetric::unpack {

/// A payload's path below the storage folder, and the reason.
using RejectList = std::map<std::string, std::string>;

/// Reads a JSON object of such pairs. Throws Error{usage} that names `file`.
RejectList read_reject_list(const std::filesystem::path& file);

}  // namespace healthmetric::unpack
