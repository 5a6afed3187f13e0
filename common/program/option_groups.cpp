#include "common/program/option_groups.hpp"

#include <utility>

#include "common/base/error.hpp"
#include "common/program/option_values.hpp"

namespace healthmetric::program {

LimitOptions::LimitOptions() : OptionGroup("Limits") {
  add({.name = "max-file-size",
       .value = "SIZE",
       .help = "Maximum size of a file (default 100M)",
       .goes_to = &max_file_size_,
       .check = check_size});
  add({.name = "max-batch-size",
       .value = "SIZE",
       .help = "Maximum size of all files of a batch (default 1G)",
       .goes_to = &max_batch_size_,
       .check = check_size});
  add({.name = "max-files",
       .value = "N",
       .help = "Maximum number of files in a batch (default 100000)",
       .goes_to = &max_files_,
       .check = number_check(1, 100'000'000)});
}

payload::Limits LimitOptions::limits() const {
  payload::Limits limits;
  if (!max_file_size_.empty()) limits.max_file_bytes = parse_size(max_file_size_);
  if (!max_batch_size_.empty()) limits.max_batch_bytes = parse_size(max_batch_size_);
  limits.max_files = max_files_;
  return limits;
}

LogOptions::LogOptions(std::filesystem::path default_file)
    : OptionGroup(kGeneralGroup), file_(std::move(default_file)) {
  add({.name = "verbose",
       .letter = 'v',
       .help = "Print each step to stderr",
       .goes_to = &verbose_});
  add({.name = "quiet",
       .letter = 'q',
       .help = "Print only errors, and results that were asked for",
       .goes_to = &quiet_});
  add({.name = "log-file",
       .value = "FILE",
       .help = "Append every message, with its time, to FILE",
       .goes_to = &file_});
}

log::Verbosity LogOptions::verbosity() const {
  if (quiet_ && verbose_) {
    throw Error(ErrorCode::usage, "--verbose cannot be used with --quiet");
  }
  return quiet_ ? log::Verbosity::quiet : verbosity_but_for_quiet();
}

log::Verbosity LogOptions::verbosity_but_for_quiet() const {
  return verbose_ ? log::Verbosity::verbose : log::Verbosity::normal;
}

JsonOption::JsonOption() : OptionGroup(kGeneralGroup) {
  add({.name = "json", .help = "Print the result as JSON", .goes_to = &json_});
}

}  // namespace healthmetric::program
