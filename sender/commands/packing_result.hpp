#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "common/program/exit_status.hpp"
#include "common/text/json.hpp"
#include "sender/model/scan_result.hpp"

/// What is said of packing, for sending and planning alike.

namespace healthmetric::sender {

/// The exit status after packing: of files skipped because of an error, or of nothing to send where
/// not all was sent before.
program::ExitStatus status_of_packing(const std::vector<model::Skipped>& skipped, std::size_t parts,
                                      std::uint64_t unchanged = 0);

/// "; unchanged 3; skipped 2": what stands behind a result, or nothing.
std::string not_packed(const std::vector<model::Skipped>& skipped, std::uint64_t unchanged);

/// The result where nothing is packed: where it was looked for, and for each reason to skip so many
/// files what would send them.
std::string nothing_to_send(const std::string& folder, const std::vector<model::Skipped>& skipped,
                            std::uint64_t unchanged);

/// What was skipped, as docs/output.md has it.
text::Json skipped_json(const std::vector<model::Skipped>& skipped);

}  // namespace healthmetric::sender
