#pragma once

#include <filesystem>
#include <map>
#include <string>

/// Payloads to be rejected whatever their content, because the repository refuses the files in
/// them: push protection or a rule sees those only after unpacking.

namespace healthmetric::unpack {

/// A payload's path below the storage folder, and the reason.
using RejectList = std::map<std::string, std::string>;

/// Reads a JSON object of such pairs. Throws Error{usage} that names `file`.
RejectList read_reject_list(const std::filesystem::path& file);

}  // namespace healthmetric::unpack
