#include "sender/commands/named_paths.hpp"

#include <array>
#include <set>
#include <string_view>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file_kind.hpp"
#include "common/text/spelling.hpp"

namespace healthmetric::sender {
namespace {

namespace fs = std::filesystem;

bool is_there(const std::string& path) {
  std::error_code error;
  const fs::file_type type = platform::entry_type(path, error);
  return fs::exists(fs::file_status(type)) || error == std::errc::permission_denied;
}

bool is_folder(const std::string& path) {
  std::error_code error;
  return platform::target_type(path, error) == fs::file_type::directory;
}

/// "My Exports" as a shell hands it over that saw no quotes: the words from `first` on that are one
/// name together; "" when none are.
std::string name_with_spaces(const std::vector<std::string>& paths, std::size_t first) {
  constexpr std::size_t kMostWords = 32;
  std::string name = paths[first];
  for (std::size_t i = first + 1; i < paths.size() && i - first < kMostWords; ++i) {
    name += " " + paths[i];
    if (is_there(name)) return name;
  }
  return {};
}

/// What a word says that is a command to other programs; "" for what is none.
std::string_view command_meant_by(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kCommands = {
      {{"list", "outbox list"},
       {"retry", "outbox retry"},
       {"drop", "outbox drop ID"},
       {"help", "--help"},
       {"version", "--version"}}};
  for (const auto& [command, meant] : kCommands) {
    if (word == command) return meant;
  }
  return {};
}

/// One of the program's own commands that a word was probably meant to be; "" when none is near. A
/// short word that one goes on with, such as "out", is more likely a name.
std::string command_near(const std::string& word) {
  constexpr std::size_t kMostLeftOut = 2;
  static const std::vector<std::string> kOwn = {"doctor", "setup", "outbox"};
  std::string near = text::nearest_word(word, kOwn);
  return word.size() + kMostLeftOut < near.size() ? "" : near;
}

void check_is_there(const std::vector<std::string>& paths, std::size_t index) {
  const std::string& path = paths[index];
  if (is_there(path)) return;
  if (path == "-") {
    throw Error(
        ErrorCode::usage,
        "'-' is not a file name: to send standard input, use --data - or --stdin-name NAME");
  }
  std::string meant(command_meant_by(path));
  if (meant.empty() && index == 0) meant = command_near(path);
  if (!meant.empty()) {
    throw Error(ErrorCode::usage, fmt::format("there is no file or folder {}: did you mean "
                                              "'healthmetric-sender {}'?",
                                              in_quotes(path), meant));
  }
  const std::string whole = name_with_spaces(paths, index);
  throw Error(ErrorCode::usage, "there is no file or folder " + in_quotes(path) +
                                    (whole.empty() ? ""
                                                   : "; put quotes around a name with spaces: \"" +
                                                         printable(whole) + "\""));
}

}  // namespace

DataSource source_of_paths(const std::vector<std::string>& paths,
                           const std::vector<std::string>& files) {
  for (std::size_t i = 0; i < paths.size(); ++i) check_is_there(paths, i);
  if (paths.size() == 1 && files.empty() && is_folder(paths.front())) {
    return FolderSource{paths.front()};
  }
  for (const std::string& path : paths) {
    if (!is_folder(path)) continue;
    throw Error(ErrorCode::usage,
                in_quotes(path) + " is a folder: send one folder at a time, without other paths");
  }
  FilesSource source;
  std::set<fs::path> named;
  for (const auto* list : {&files, &paths}) {
    for (const std::string& path : *list) {
      if (named.insert(fs::path(path).lexically_normal()).second) source.files.emplace_back(path);
    }
  }
  return source;
}

}  // namespace healthmetric::sender
