#pragma once

#include "common/platform/file.hpp"
#include "common/program/log.hpp"

namespace healthmetric::program {

/// Prints the result of a run as `options` request: with `json` as to_json_text(), else as
/// to_line(), unless they are quiet. The line is written to the log in any case.
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
