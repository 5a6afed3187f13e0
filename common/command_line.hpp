#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <string>

#include "common/batch.hpp"
#include "common/log.hpp"

/// What the option parsers of both programs share. CLI11 reads the options; this room gives every
/// option its environment variable and turns CLI11's errors into ours.

namespace healthmetric {

/// How a parse ended when it did not end in an Error{usage}.
enum class Parsed { run, help_shown };

/// An application with --help and --version.
void set_up_command_line(CLI::App& app, const std::string& program);

/// Lets every option that takes a value or is a flag also come from HEALTHMETRIC_<OPTION>, with
/// `-` as `_`: --batch-name from HEALTHMETRIC_BATCH_NAME. An empty variable counts as unset.
void read_environment(CLI::App& app);

/// Parses; prints help or the version on stdout when asked to. Throws Error{usage} that names the
/// option and points at --help.
Parsed parse_command_line(CLI::App& app, int argc, const char* const* argv);

/// --verbose, --quiet and --log-file.
void add_log_options(CLI::App& app, bool& verbose, bool& quiet, std::filesystem::path& file);
log::Verbosity verbosity(bool verbose, bool quiet);

/// Reads "4096", "64K", "20M", "1.5G" or "20MiB" (powers of 1024) into bytes. Throws Error{usage}
/// that names `option`.
std::uint64_t parse_size(const std::string& text, const std::string& option);

/// --max-file-size, --max-batch-size and --max-files, the same on both sides.
class LimitOptions {
 public:
  void add_to(CLI::App& app);
  [[nodiscard]] Limits limits() const;

 private:
  std::string max_file_size_;
  std::string max_batch_size_;
  std::uint64_t max_files_ = Limits{}.max_files;
};

}  // namespace healthmetric
