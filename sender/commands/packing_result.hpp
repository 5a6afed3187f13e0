#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/program/exit_status.hpp"
#include "common/select/scan_result.hpp"
#include "common/text/json.hpp"
#include "sender/commands/options.hpp"

/// How the result of packing is reported, by sending and planning alike.

namespace healthmetric::sender {

/// Logs each of them: as an error where it was skipped by one.
void log_skipped(const std::vector<select::Skipped>& skipped);

/// The exit status after packing: whether files were skipped by error, or there was nothing to send
/// although not everything had been sent before. With --heartbeat that is no failure.
program::ExitStatus status_of_packing(const Options& options,
                                      const std::vector<select::Skipped>& skipped,
                                      std::size_t parts, std::uint64_t unchanged);

/// "; unchanged 3; skipped 2": to be appended to a result; may be empty.
std::string not_packed(const std::vector<select::Skipped>& skipped, std::uint64_t unchanged);

/// The message if nothing was packed: where files were looked for, and for each reason to skip
/// files, how many there are and which option sends them.
std::string nothing_to_send(const std::string& folder, const std::vector<select::Skipped>& skipped,
                            std::uint64_t unchanged);

/// The message if none of the files that were sent from a folder is there any more.
std::string nothing_is_left(std::size_t files, const std::string& folder);

/// The files that were skipped, as described in docs/output.md.
text::Json skipped_json(const std::vector<select::Skipped>& skipped);

}  // namespace healthmetric::sender
