#pragma once

#include <string>
#include <vector>

#include "sender/commands/options.hpp"
#include "sender/select/folder_scan.hpp"

/// What the options name to be sent.

namespace healthmetric::sender {

/// Looks at the source that the options name. Throws Error{usage} when there is none.
model::ScanResult scan(const Options& options);

/// Each --include and --exclude that matches nothing of what was found, as "--exclude 'raw'":
/// perhaps not what was meant. None where patterns have no say.
std::vector<std::string> unmatched_patterns(const Options& options,
                                            const model::ScanResult& scanned);

/// The folder that was looked at, for messages; "" where files or data were named.
std::string searched_folder(const Options& options);

}  // namespace healthmetric::sender
