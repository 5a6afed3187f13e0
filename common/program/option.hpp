#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace healthmetric::program {

/// The name of a program's operands in --help, if it takes any.
inline constexpr const char* kPaths = "PATH";

/// Whether a value that --help calls so is a path, in which "~" is expanded.
inline bool is_path_name(std::string_view value) {
  return value == "DIR" || value == "FILE" || value == kPaths;
}

/// Throws Error{usage} for an invalid value. It belongs to the option, so that the message is the
/// same whether the value is from the command line, the environment or a file.
using Check = std::function<void(const std::string&)>;

/// The variable that an option sets. A bool is for a switch; a vector is for an option that may be
/// repeated, and for operands.
using Place = std::variant<bool*, std::string*, std::filesystem::path*, std::uint64_t*,
                           std::optional<std::string>*, std::vector<std::string>*>;

/// One option of a command line.
///
///   {.name = "branch", .value = "NAME", .help = "Branch", .goes_to = &branch_}
///
/// The name of the value has a meaning: see is_path_name(); JSON is text of any kind.
struct Option {
  enum class Kind {
    named,
    operand,           ///< a word without dashes; if it is a list, any number of them
    required_operand,  ///< one, or of a list at least one
    refused,           ///< always an error, whose message is `help`
  };

  std::string name;    ///< without dashes; for operands, their name in --help
  char letter = '\0';  ///< as in -v; '\0': none
  std::string value;   ///< the name of its value in --help; empty: it is a switch
  std::string help;
  Place goes_to;
  Check check = nullptr;
  std::vector<std::string> choices;   ///< the only values; none: any that `check` lets pass
  std::vector<std::string> excludes;  ///< the names of options that it cannot be used with
  std::string heading;                ///< in --help; empty: its group's
  bool value_is_optional = false;
  Kind kind = Kind::named;

  [[nodiscard]] bool is_operand() const {
    return kind == Kind::operand || kind == Kind::required_operand;
  }
  [[nodiscard]] bool is_list() const {
    return std::holds_alternative<std::vector<std::string>*>(goes_to);
  }
  [[nodiscard]] bool is_switch() const { return std::holds_alternative<bool*>(goes_to); }
};

/// Options that belong together, with their values. Commands share groups.
class OptionGroup {
 public:
  OptionGroup(const OptionGroup&) = delete;
  OptionGroup& operator=(const OptionGroup&) = delete;
  virtual ~OptionGroup() = default;

  [[nodiscard]] const std::vector<Option>& options() const { return options_; }

 protected:
  /// `heading` is the heading of the options in --help.
  explicit OptionGroup(std::string heading) : heading_(std::move(heading)) {}

  void add(Option option) {
    if (option.heading.empty()) option.heading = heading_;
    options_.push_back(std::move(option));
  }

 private:
  std::string heading_;
  std::vector<Option> options_;
};

}  // namespace healthmetric::program
