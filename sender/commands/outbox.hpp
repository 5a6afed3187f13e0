#pragma once

#include <string>

#include "common/platform/clock.hpp"
#include "common/program/exit_status.hpp"
#include "sender/commands/options.hpp"
#include "sender/http/http.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::sender {

/// What a command on the outbox came to.
struct OutboxReport {
  std::string text;  ///< for stdout: lines for people, or with --json one object in one line
  program::ExitStatus status = program::ExitStatus::success;
};

/// Runs `options.outbox_command`. `list` and `drop` need neither network nor token; `retry`
/// delivers to each batch's own target. Throws Error{usage} when a batch named is not there,
/// Error{busy} when one that is being delivered should be dropped.
OutboxReport run_outbox_command(const Options& options, http::HttpTransport& transport,
                                platform::Clock& clock, model::Progress& progress);

}  // namespace healthmetric::sender
