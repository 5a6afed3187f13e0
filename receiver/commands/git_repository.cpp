#include "receiver/commands/git_repository.hpp"

#include <charconv>
#include <string_view>
#include <vector>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/platform/process.hpp"

namespace healthmetric::receiver {
namespace {

constexpr std::uint64_t kMaxOutputBytes = 65'536;

/// What git says about the repository that `folder` is in. It must not fetch what is missing.
std::optional<std::string> git_says(const std::filesystem::path& folder,
                                    std::vector<std::string> words) {
  words.insert(words.begin(), {"git", "-c", "protocol.allow=never", "-c", "core.fsmonitor=false",
                               "-C", folder.string()});
  return platform::output_of(words, kMaxOutputBytes);
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

/// Of a line "size-pack: 12" in kibibytes.
std::uint64_t bytes_in(const std::string& counts, const std::string& name) {
  const std::size_t line = ("\n" + counts).find("\n" + name + ": ");
  if (line == std::string::npos) return 0;
  return number_in(std::string_view(counts).substr(line + name.size() + 2)).value_or(0) * 1024;
}

/// Of the repository that the folder lies in; empty: in none.
std::filesystem::path git_directory_of(const std::filesystem::path& folder) {
  constexpr const char* kGitDirectory = ".git";
  std::error_code failure;
  std::filesystem::path above = std::filesystem::canonical(folder, failure);
  for (; above.has_relative_path(); above = above.parent_path()) {
    if (above.filename() == kGitDirectory) return above;
    if (std::filesystem::exists(above / kGitDirectory, failure)) return above / kGitDirectory;
  }
  return {};
}

}  // namespace

bool is_in_git_repository(const std::filesystem::path& folder) {
  return !git_directory_of(folder).empty();
}

bool is_sparse_clone(const std::filesystem::path& folder) {
  const std::filesystem::path git_directory = git_directory_of(folder);
  std::error_code failure;
  return !git_directory.empty() &&
         std::filesystem::exists(git_directory / "info/sparse-checkout", failure);
}

std::optional<RepositorySize> repository_size(const std::filesystem::path& folder,
                                              std::string& why) {
  try {
    if (!is_in_git_repository(folder)) {
      why = "the storage is not in a clone";
      return {};
    }
    const auto counts = git_says(folder, {"count-objects", "-v"});
    if (!counts) {
      why = "git cannot read the repository";
      return {};
    }
    RepositorySize size{bytes_in(*counts, "size-pack"), bytes_in(*counts, "size"), {}};
    if (git_says(folder, {"config", "--get-regexp", "^remote\\..*\\.promisor$"})) {
      why = "it is a partial clone";
      return size;
    }
    const auto reachable =
        git_says(folder, {"rev-list", "--objects", "--disk-usage", "--all", "--use-bitmap-index"});
    if (reachable) size.reachable_bytes = number_in(trim(*reachable));
    if (!size.reachable_bytes) why = "git cannot tell what is reachable";
    return size;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io && error.code() != ErrorCode::too_large) throw;
    why = error.what();
    return {};
  }
}

}  // namespace healthmetric::receiver
