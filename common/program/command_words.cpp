#include "common/program/command_words.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/program/option_values.hpp"
#include "common/program/usage_text.hpp"
#include "common/text/spelling.hpp"

namespace healthmetric::program {
namespace {

/// What word processors, chats and web pages make of two hyphens: hyphens, dashes and the minus
/// sign in UTF-8.
constexpr std::array<std::string_view, 8> kLongDashes = {
    "\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x92", "\xe2\x80\x93",
    "\xe2\x80\x94", "\xe2\x80\x95", "\xe2\x88\x92", "\xef\xbc\x8d"};

struct Quotes {
  std::string_view opening;
  std::string_view closing;
};

/// Plain ones, and those of a text that was set.
constexpr std::array<Quotes, 5> kQuotes = {{{"'", "'"},
                                            {"\"", "\""},
                                            {"\xe2\x80\x9c", "\xe2\x80\x9d"},
                                            {"\xe2\x80\x98", "\xe2\x80\x99"},
                                            {"\xe2\x80\x9e", "\xe2\x80\x9c"}}};

bool exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(std::filesystem::symlink_status(path, error));
}

/// The option that a word names, as `--name`, `--name=value` or `-n`.
const CLI::Option* option_of(const CLI::App& app, const std::string& word) {
  if (word.size() < 2 || word.front() != '-' || word == "--") return nullptr;
  return app.get_option_no_throw(word.starts_with("--") ? word.substr(0, word.find('='))
                                                        : word.substr(0, 2));
}

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw CLI::ValidationError(name, why);
}

/// The name in a word that begins with long dashes, or with one long and one short; "" for others.
std::string_view behind_long_dash(std::string_view word) {
  bool has_long_dash = false;
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    for (const std::string_view dash : kLongDashes) {
      if (!word.starts_with(dash)) continue;
      word.remove_prefix(dash.size());
      has_long_dash = goes_on = true;
    }
    if (word.starts_with('-')) {
      word.remove_prefix(1);
      goes_on = true;
    }
  }
  return has_long_dash ? word.substr(0, word.find('=')) : std::string_view();
}

void refuse_long_dash(const CLI::App& app, const std::string& word) {
  const std::string_view name = behind_long_dash(word);
  if (name.empty() || exists(word)) return;
  const std::string near = text::did_you_mean(name, setting_names(app), "--");
  if (near.empty()) return;
  throw CLI::ValidationError("unknown option " + in_quotes(word.substr(0, word.find('='))) +
                             ", which begins with a long dash" + near);
}

/// `~user`, as it stands where no shell has looked: in quotes, behind `=`, in a file.
bool is_home_of_somebody(const std::string& value) {
  const std::size_t end = std::min(value.find('/'), value.size());
  return value.size() > 1 && value.front() == '~' && end > 1 &&
         std::all_of(value.begin() + 1, value.begin() + static_cast<std::ptrdiff_t>(end),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
}

void check_value(const CLI::Option& option, const std::string& value) {
  const std::string name = shown_name(option);
  const std::string type = value_name(option);
  if (value.empty()) refuse(name, "the value is empty; omit the option, or give it a value");
  if (type == "JSON" || (is_path_name(type) && exists(value))) return;
  for (const auto& [opening, closing] : kQuotes) {
    if (value.size() > opening.size() + closing.size() && value.starts_with(opening) &&
        value.ends_with(closing)) {
      refuse(name, "the quotes around " +
                       in_quotes(value.substr(opening.size(),
                                              value.size() - opening.size() - closing.size())) +
                       " are part of the value; remove them");
    }
  }
  if (is_path_name(type) && is_home_of_somebody(value)) {
    refuse(name, in_quotes(value) +
                     " is not expanded, only '~/' is: write the path in full, or put ./ "
                     "in front of the name");
  }
}

void check_switch(const CLI::Option& option, const std::string& value) {
  static constexpr std::array<std::string_view, 8> kWords = {"true", "false", "yes", "no",
                                                             "on",   "off",   "1",   "0"};
  const std::string name = shown_name(option);
  if (value.empty()) refuse(name, "the value is empty; omit the option, or give it a value");
  if (std::find(kWords.begin(), kWords.end(), ascii_lower(value)) == kWords.end()) {
    refuse(name, "invalid value " + in_quotes(value) + ": expected true or false");
  }
}

bool is_time(const std::string& text) {
  try {
    parse_duration(text);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// The value of the option that words[i] is; the next word's index.
std::size_t check_option(const CLI::App& app, const CLI::Option& option,
                         std::vector<std::string>& words, std::size_t i) {
  const std::string name = shown_name(option);
  if (option.get_group() == kRefusedGroup) refuse(name, option.get_description());
  const std::size_t equals = words[i].find('=');
  const bool is_long = words[i].starts_with("--");
  if (option.get_items_expected_max() == 0) {
    if (is_long && equals != std::string::npos) check_switch(option, words[i].substr(equals + 1));
    return i + 1;
  }
  if (!is_long && words[i].size() > 2) return i + 1;
  if (is_long && equals != std::string::npos) {
    check_value(option, words[i].substr(equals + 1));
    return i + 1;
  }
  const bool has_next = i + 1 < words.size();
  if (option.get_items_expected_min() == 0 && !(has_next && is_time(words[i + 1]))) {
    words[i] += "=true";
    return i + 1;
  }
  if (!has_next) return i + 1;
  if (option.get_items_expected_min() == 0 && exists(words[i + 1])) {
    const std::string word = printable(words[i + 1]);
    refuse(name, fmt::format("{0} is a time, and the name of something here: write {1}={2} for the "
                             "time, or ./{2} for the file or folder",
                             in_quotes(words[i + 1]), name, word));
  }
  if (option_of(app, words[i + 1]) != nullptr) {
    refuse(name, fmt::format("requires a value; write {}={} if that is what you mean", name,
                             words[i + 1]));
  }
  check_value(option, words[i + 1]);
  return i + 2;
}

bool is_command_of(const CLI::App& app, const std::string& word) {
  const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
  return std::any_of(commands.begin(), commands.end(),
                     [&](const CLI::App* command) { return command->get_name() == word; });
}

}  // namespace

std::vector<std::string> checked_words(const CLI::App& app, std::vector<std::string> words) {
  bool is_command = false;
  for (std::size_t i = 0; i < words.size() && words[i] != "--";) {
    if (const CLI::Option* option = option_of(app, words[i])) {
      i = check_option(app, *option, words, i);
      continue;
    }
    if (words[i].size() > 1 && words[i].front() == '-') {
      throw CLI::ValidationError(unknown_option_text(app, words[i]));
    }
    refuse_long_dash(app, words[i]);
    is_command = is_command || is_command_of(app, words[i]);
    const CLI::Option* path = app.get_option_no_throw(kPaths);
    if (path != nullptr && !is_command) check_value(*path, words[i]);
    ++i;
  }
  return words;
}

}  // namespace healthmetric::program
