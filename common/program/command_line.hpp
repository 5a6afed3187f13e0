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

#include "common/payload/batch.hpp"
#include "common/program/log.hpp"

/// What the option parsers of both programs share. CLI11 reads the options; this room gives every
/// option its environment variable and turns CLI11's errors into ours. It reads `argv` alone; the
/// merge of what stands elsewhere is ours, for CLI11 lets a file beat the environment, passes over
/// unknown keys, and from 2.4 on over bad values in the environment.

namespace healthmetric::program {

/// What a program calls the words that are no option, where it takes such.
inline constexpr const char* kPaths = "PATH";

/// Where --help lists itself, and what concerns no program in particular; and the limits.
inline constexpr const char* kGeneralGroup = "General";
inline constexpr const char* kLimitsGroup = "Limits";

/// The options of no group are there to be refused: the description says why, and what to do.
inline constexpr const char* kRefusedGroup = "";

/// How a parse ended when it did not end in an Error{usage}.
enum class Parsed { run, help_shown };

/// Names of options, without the dashes.
using OptionNames = std::span<const std::string_view>;

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

/// Which variables that begin as ours do, and are none, are worth a word.
enum class Told {
  all,
  what_is_near,  ///< to one of the program's own
};

/// A message for each variable of the environment that begins with HEALTHMETRIC_, has a value and
/// belongs neither to an option of `app` nor to one of the `known` ones, with the one it is near.
std::vector<std::string> unknown_variables(const CLI::App& app, Told told, OptionNames known);

/// Reads the command line once more, with settings for what it leaves open. `places` go from the
/// most specific to the least: an option that is given in one, or that excludes one that is given,
/// takes no setting of the later ones. Throws Error{usage} that names the origin of a setting that
/// cannot be meant.
void apply_settings(CLI::App& app, int argc, const char* const* argv,
                    const std::vector<Settings>& places, const MergeRules& rules = {});

/// "--json, --quiet and --log-file".
std::string list_of(OptionNames names);

/// Throws Error{usage} when the command line gives `command` an option that is not among those it
/// `takes`. To be asked before settings are applied, which may be for other commands.
void refuse_other_options(const CLI::App& app, const std::string& command, OptionNames takes);

/// Has "~" expanded (common/platform/user_dirs.hpp) in the values of all options that are paths:
/// those whose value is called DIR, FILE or PATH. To be called once all are defined.
void expand_home_in_paths(CLI::App& app);

/// What stands for an option's value in texts: "HOW".
std::string value_name(const CLI::Option& option);

/// True for what can be set: not --help and --version, no path, and no option that is only there to
/// be refused in good words.
bool is_setting(const CLI::Option& option);

/// --verbose, --quiet and --log-file.
void add_log_options(CLI::App& app, bool& verbose, bool& quiet, std::filesystem::path& file);
/// Throws Error{usage} for both.
log::Verbosity verbosity(bool verbose, bool quiet);

}  // namespace healthmetric::program
