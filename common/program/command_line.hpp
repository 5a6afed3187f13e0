#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/program/command.hpp"
#include "common/program/settings.hpp"

namespace healthmetric::program {

/// Which variables that begin as ours do, and are none, are worth a word.
enum class Told {
  all,
  what_is_near,  ///< to one of the program's own
};

/// Reads a program's command lines into the variables of its options, and reports mistakes in our
/// own words. CLI11 parses; merging with the environment and files is done here, because
/// CLI11 lets a file beat the environment, passes over unknown keys, and from 2.4 on over bad
/// values in the environment.
class CommandLine {
 public:
  /// The program must live longer.
  explicit CommandLine(const Program& program);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Reads the command line, and what the program's settings say beside it. Returns the command
  /// that is asked for; null when help or the version was, which then is printed.
  /// Throws Error{usage} that names the option and points at --help, also for a value that is
  /// empty or is an option, and for an option that the command does not take.
  Command* read(int argc, const char* const* argv);

  /// Reads the same command line once more, with settings for what it leaves open. `places` go from
  /// the most specific to the least: an option that is given in one, or that excludes one that is
  /// given, takes no setting of the later ones. Throws Error{usage} that names the origin of a
  /// setting that cannot be meant.
  void apply(const std::vector<Settings>& places);

  /// Every option also comes from HEALTHMETRIC_<OPTION>, with `-` as `_`: --batch-name from
  /// HEALTHMETRIC_BATCH_NAME. An empty variable counts as unset.
  /// Of an option whose values are one list, each line is a value.
  [[nodiscard]] Settings environment() const;

  /// Whether the option, named without dashes, has a value from anywhere that was read so far.
  [[nodiscard]] bool is_given(const std::string& option) const;

  /// Whether the command line itself gives it.
  [[nodiscard]] bool is_on_command_line(const std::string& option) const;

  /// The options that were given, in that order, as often as each was.
  [[nodiscard]] std::vector<std::string> given_in_order() const;

  /// The names of what can be set, without the dashes.
  [[nodiscard]] std::vector<std::string> setting_names() const;

  /// A message for each variable of the environment that begins with HEALTHMETRIC_, has a value and
  /// belongs neither to an option of the program nor to one of the `known` ones, with the one it is
  /// near.
  [[nodiscard]] std::vector<std::string> unknown_variables(
      Told told, std::span<const std::string_view> known = {}) const;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace healthmetric::program
