#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/batch.hpp"
#include "common/log.hpp"

/// What the option parsers of both programs share. CLI11 reads the options; this room gives every
/// option its environment variable and turns CLI11's errors into ours. It reads `argv` alone; the
/// merge of what stands elsewhere is ours, for CLI11 lets a file beat the environment, passes over
/// unknown keys, and from 2.4 on over bad values in the environment.

namespace healthmetric {

/// How a parse ended when it did not end in an Error{usage}.
enum class Parsed { run, help_shown };

/// An application with --help and --version.
void set_up_command_line(CLI::App& app, const std::string& program);

/// A value for an option from somewhere else than the command line.
struct Setting {
  std::string option;  ///< without the dashes
  std::vector<std::string> values;
  std::string origin;  ///< for messages: the variable, or the file and key
};

/// What one place says, in the order it says it.
using Settings = std::vector<Setting>;

/// Where a word of a more specific place does not just replace a less specific one.
struct MergeRules {
  /// Options whose values from everywhere are one list, the less specific in front.
  std::set<std::string> joined;
  /// An option, and one that displaces it from less specific places, beside those it excludes.
  std::multimap<std::string, std::string> displaced_by = {{"quiet", "verbose"},
                                                          {"verbose", "quiet"}};
};

/// Reads the command line; prints help or the version on stdout when asked to. Throws Error{usage}
/// that names the option and points at --help, also for a value that is empty or is an option.
Parsed parse_command_line(CLI::App& app, int argc, const char* const* argv);

/// Every option also comes from HEALTHMETRIC_<OPTION>, with `-` as `_`: --batch-name from
/// HEALTHMETRIC_BATCH_NAME. An empty variable counts as unset.
/// Of an option whose values are one list, each line is a value.
Settings environment_settings(const CLI::App& app, const MergeRules& rules = {});

/// Reads the command line once more, with settings for what it leaves open. `places` go from the
/// most specific to the least: an option that is given in one, or that excludes one that is given,
/// takes no setting of the later ones. Throws Error{usage} that names the origin of a setting that
/// cannot be meant.
void apply_settings(CLI::App& app, int argc, const char* const* argv,
                    const std::vector<Settings>& places, const MergeRules& rules = {});

/// Names of options, without the dashes.
using OptionNames = std::span<const std::string_view>;

/// "--json, --quiet and --log-file".
std::string list_of(OptionNames names);

/// Throws Error{usage} when the command line gives `command` an option that is not among those it
/// `takes`. To be asked before settings are applied, which may be for other commands.
void refuse_other_options(const CLI::App& app, const std::string& command, OptionNames takes);

/// What stands for an option's value in texts: "HOW".
std::string value_name(const CLI::Option& option);

/// True for what is an option of the program: not --help and --version.
bool is_setting(const CLI::Option& option);

/// --verbose, --quiet and --log-file.
void add_log_options(CLI::App& app, bool& verbose, bool& quiet, std::filesystem::path& file);
/// Throws Error{usage} for both.
log::Verbosity verbosity(bool verbose, bool quiet);

/// Reads "4096", "64K", "20M", "1.5G" or "20MiB" (powers of 1024) into bytes. Throws Error{usage}.
std::uint64_t parse_size(const std::string& text);

/// Reads "90" (seconds), "90s", "10m", "2h" or "1d". Throws Error{usage}.
std::chrono::seconds parse_duration(const std::string& text);

/// Checks that an option's values are sizes, or durations, so that a bad one is refused with the
/// place where it stands.
CLI::Validator size_check();
CLI::Validator duration_check();

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
