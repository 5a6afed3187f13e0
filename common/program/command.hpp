#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/base/error.hpp"
#include "common/program/exit_status.hpp"
#include "common/program/option.hpp"
#include "common/program/settings.hpp"

namespace healthmetric::program {

class CommandLine;

/// One thing that a program can be asked to do. A command says what it is called, what it does and
/// which options it takes; --help, the manual page, the completions and the refusal of all other
/// options follow from that.
class Command {
 public:
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;

  /// "verify", "outbox list"; empty for the main command, which runs when no other is named.
  [[nodiscard]] const std::string& words() const { return words_; }

  /// What it does, in a sentence without a full stop; of the main command, in a paragraph.
  [[nodiscard]] const std::string& help() const { return help_; }

  /// The text below the options in --help; may be empty.
  [[nodiscard]] const std::string& notes() const { return notes_; }

  [[nodiscard]] const std::vector<const OptionGroup*>& takes() const { return takes_; }

  /// Options that may be given and have no effect.
  [[nodiscard]] const std::vector<const OptionGroup*>& ignores() const { return ignores_; }

  /// Called if the settings in the environment or a file cannot be used; throws the error, unless
  /// the command can do without them. run() follows.
  virtual void take_bad_settings(const Error& error);

  /// Does it. Called once, when every option has its value.
  virtual ExitStatus run(const CommandLine& line) = 0;

 protected:
  Command(std::string words, std::string help) : words_(std::move(words)), help_(std::move(help)) {}

  /// Groups must live as long as the command; --help lists them in the order of these calls.
  template <typename... Groups>
  void take(const Groups&... groups) {
    (takes_.push_back(&groups), ...);
  }
  template <typename... Groups>
  void ignore(const Groups&... groups) {
    (ignores_.push_back(&groups), ...);
  }

  void add_notes(std::string notes) { notes_ = std::move(notes); }

 private:
  std::string words_;
  std::string help_;
  std::string notes_;
  std::vector<const OptionGroup*> takes_;
  std::vector<const OptionGroup*> ignores_;
};

/// The first word of several commands, as "outbox".
struct CommandFamily {
  std::string word;
  std::string help;
};

/// A program, as its command line shows it.
struct Program {
  std::string name;
  std::vector<std::unique_ptr<Command>> commands;  ///< the main command first
  std::vector<CommandFamily> families;
  MergeRules rules;
  /// Gives options that the command line leaves open their values from elsewhere; empty: from the
  /// environment.
  std::function<void(CommandLine&)> read_settings;

  [[nodiscard]] const Command& main_command() const { return *commands.front(); }
};

/// All options of a program or a command, each once, in the order of --help.
std::vector<const Option*> all_options(const Program& program);
std::vector<const Option*> options_of(const Command& command);

/// Whether the command takes an option of that name, or ignores it.
bool accepts(const Command& command, const std::string& option);

/// The operands of a command, as "ID..." or, if they are optional, "[PATH]...";
/// empty: nothing.
std::string operand_of(const Command& command);

/// Each word that may follow `words` ("" or "outbox") on a command line, with its help.
std::vector<CommandFamily> words_after(const Program& program, const std::string& words);

/// What main() of a program does: reads the command line and runs the command that is asked for.
/// Returns the exit status, also of what is thrown.
int run_program(const std::function<Program()>& make_program, int argc, const char* const* argv);

/// The command of these words; null for the first word of several, and for what is none.
Command* find_command(const Program& program, const std::string& words);

}  // namespace healthmetric::program
