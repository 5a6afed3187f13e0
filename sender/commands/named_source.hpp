#pragma once

#include <string>
#include <vector>

#include "common/select/folder_scan.hpp"
#include "sender/commands/options.hpp"

/// The source to send, as the options name it.

namespace healthmetric::sender {

/// Scans the source that the options name. Throws Error{usage} if there is none.
select::ScanResult scan(const Options& options);

/// Each --include and --exclude that matches nothing that was found, as "--exclude 'raw'": it may
/// be a mistake. Empty if the source does not use patterns.
std::vector<std::string> unmatched_patterns(const Options& options,
                                            const select::ScanResult& scanned);

/// The folder that was scanned, for messages; "" if files or data were named.
std::string searched_folder(const Options& options);

}  // namespace healthmetric::sender
