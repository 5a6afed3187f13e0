#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/platform/clock.hpp"
#include "common/program/exit_status.hpp"
#include "common/text/json.hpp"
#include "sender/commands/options.hpp"
#include "sender/pack/pack.hpp"
#include "sender/select/folder_scan.hpp"

/// From the options to what is packed, and how: what sending and planning have in common.

namespace healthmetric::sender {

/// Looks at the source that the options name. Throws Error{usage} when there is none.
select::ScanResult scan(const Options& options);

/// Each --include and --exclude that matches nothing of what was found, as "--exclude 'raw'":
/// perhaps not what was meant. None where patterns have no say.
std::vector<std::string> unmatched_patterns(const Options& options,
                                            const select::ScanResult& scanned);

/// How to pack it: a new identity, the batch's name, what is told of this machine.
pack::PackOptions pack_options(const Options& options, platform::Clock& clock);

/// The exit status after packing: of files left out by an error, or of nothing to send where not
/// all was sent before.
program::ExitStatus status_of_packing(const std::vector<select::LeftOutFile>& left_out,
                                      std::size_t parts, std::uint64_t unchanged = 0);

/// "; unchanged 3; left out 2": what stands behind a result, or nothing.
std::string not_packed(const std::vector<select::LeftOutFile>& left_out, std::uint64_t unchanged);

/// The folder that was looked at, for messages; "" where files or data were named.
std::string searched_folder(const Options& options);

/// The result where nothing is packed: where it was looked for, and for each reason to skip so many
/// files what would send them.
std::string nothing_to_send(const std::string& folder,
                            const std::vector<select::LeftOutFile>& left_out,
                            std::uint64_t unchanged);

/// What was left out, as docs/output.md has it.
text::Json left_out_json(const std::vector<select::LeftOutFile>& left_out);

}  // namespace healthmetric::sender
