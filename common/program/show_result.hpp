#pragma once

#include "common/platform/file.hpp"
#include "common/program/log.hpp"

namespace healthmetric::program {

/// Shows what a run came to in the form that `options` ask for: with `json` as to_json_text() has
/// it, else as to_line(), unless they are quiet. The line is recorded in the log either way.
template <typename Options, typename Result>
void show_result(const Options& options, const Result& result) {
  log::record(to_line(result));
  if (options.json) {
    platform::print(to_json_text(result) + "\n");
  } else if (options.verbosity != log::Verbosity::quiet) {
    platform::print(to_line(result) + "\n");
  }
}

}  // namespace healthmetric::program
