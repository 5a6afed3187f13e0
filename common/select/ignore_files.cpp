#include "common/select/ignore_files.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <string_view>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/unicode.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/file.hpp"
#include "common/platform/process.hpp"
#include "common/select/ignore_lines.hpp"
#include "common/text/text_encoding.hpp"

// git decides what an ignore file means, for nobody writes these rules twice the same way. It is
// not asked in the source folder, where .gitignore files, a repository's configuration or a nested
// repository would have a say, but in an empty work tree that has the ignore files alone, as
// .gitignore: `git check-ignore` judges paths by name, they need not exist. What it
// reads is in normalisation form C, patterns and paths: else "ä" would not exclude macOS's "ä".

namespace healthmetric::select {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxIgnoreFileBytes = std::uint64_t{1} * 1024 * 1024;
constexpr std::uint64_t kMaxListBytes = std::uint64_t{1} * 1024 * 1024 * 1024;
constexpr int kNothingIgnored = 1;

/// In front of each path: a colon there would have a meaning of its own to git.
constexpr std::string_view kHere = "./";

/// git, with nothing of this machine's or user's configuration.
int run_git(const fs::path& tree, std::vector<std::string> words, const fs::path& input,
            const fs::path& output) {
  const std::string nothing = platform::null_file().string();
  words.insert(words.begin(), {"git", "-C", tree.string(), "-c", "core.excludesFile=" + nothing,
                               "-c", "core.ignoreCase=false"});
  const std::string path = platform::environment_variable("PATH");
  return platform::run(
      {std::move(words),
       {std::string("PATH=") + (path.empty() ? "/usr/bin:/bin" : path), "HOME=" + tree.string(),
        "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + nothing},
       input,
       output});
}

/// In the empty work tree that name is taken.
void check_folder_of(const IgnoreFile& file) {
  if (("/" + file.folder).find("/.gitignore/") == std::string::npos) return;
  throw Error(ErrorCode::usage,
              in_quotes(file.location.string()) +
                  " cannot be read: git, which reads it, takes no folder named .gitignore; rename "
                  "that folder, or leave it out with --exclude");
}

/// What git does not understand would exclude nothing.
std::string read_ignore_file(const fs::path& file) {
  const std::string name = in_quotes(file.string());
  try {
    std::string text =
        text::without_byte_order_mark(platform::read_file(file, kMaxIgnoreFileBytes), name);
    text::check_is_utf8(text, name);
    if (const std::size_t nul = text.find('\0'); nul != std::string::npos) {
      throw Error(ErrorCode::usage, fmt::format("{}, line {}: a NUL character: save it as UTF-8",
                                                name, text::line_at(text, nul)));
    }
    check_ignore_lines(text, name);
    return text;
  } catch (const Error& error) {
    throw Error(ErrorCode::usage,
                std::string(error.what()) + "; files that it excludes would be sent");
  }
}

/// Folders whose names differ in their normalisation alone share what their files say.
void copy_ignore_files(const std::vector<IgnoreFile>& ignore_files, const fs::path& tree) {
  std::map<std::string, std::string> texts;
  for (const IgnoreFile& file : ignore_files) {
    check_folder_of(file);
    texts[composed(file.folder)] += composed(read_ignore_file(file.location)) + "\n";
  }
  for (const auto& [folder, text] : texts) {
    fs::create_directories(tree / folder);
    platform::write_file_atomically(tree / folder / ".gitignore", text);
  }
}

/// git takes a path for a folder's when there is that folder.
void make_folders(const std::vector<std::string>& paths, const fs::path& tree) {
  for (const std::string& path : paths) {
    if (path.ends_with('/')) fs::create_directories(tree / composed(path));
  }
}

/// The paths that git repeats, sorted.
std::vector<std::string> parse_answer(std::string_view text) {
  std::vector<std::string> paths;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    paths.emplace_back(text.substr(kHere.size(), end - kHere.size()));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

[[noreturn]] void throw_git_failed(const std::string& why) {
  throw Error(ErrorCode::usage, std::string("git is needed to read ") + kIgnoreFile + ": " + why);
}

}  // namespace

std::vector<std::string> ignored_paths(const std::vector<IgnoreFile>& ignore_files,
                                       const std::vector<std::string>& paths) {
  const platform::TemporaryDirectory room;
  const fs::path tree = room.path() / "tree";
  const fs::path list = room.path() / "paths";
  const fs::path found = room.path() / "ignored";
  fs::create_directories(tree);
  copy_ignore_files(ignore_files, tree);
  make_folders(paths, tree);
  {
    platform::OutputFile out(list);
    for (const std::string& path : paths) {
      out.write(kHere);
      out.write(composed(path));
      out.write(std::string_view("\0", 1));
    }
    out.flush();
  }
  try {
    if (run_git(tree, {"init", "--quiet", "--template="}, platform::null_file(),
                platform::null_file()) != 0) {
      throw_git_failed("it cannot work in " + in_quotes(tree.string()));
    }
    const int status = run_git(tree, {"check-ignore", "--no-index", "-z", "--stdin"}, list, found);
    if (status != 0 && status != kNothingIgnored) {
      throw_git_failed("it ended with status " + std::to_string(status));
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io) throw;
    throw_git_failed(error.what());
  }
  const std::vector<std::string> named = parse_answer(platform::read_file(found, kMaxListBytes));
  std::vector<std::string> ignored;
  std::copy_if(paths.begin(), paths.end(), std::back_inserter(ignored), [&](const auto& path) {
    return std::binary_search(named.begin(), named.end(), composed(path));
  });
  std::sort(ignored.begin(), ignored.end());
  return ignored;
}

}  // namespace healthmetric::select
