#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace healthmetric::patterns {

/// What a pattern does with the files it matches.
enum class Verdict { include, exclude };

/// One --include or --exclude.
struct PathPattern {
  Verdict verdict = Verdict::exclude;
  std::string glob;

  bool operator==(const PathPattern&) const = default;
};

/// As it was given: "--include '*.csv'".
std::string to_text(const PathPattern& pattern);

/// The ordered list of --include and --exclude: the last pattern that matches a file decides. Files
/// that no pattern matches are sent, unless the list begins with an --include: then only included
/// files are.
///
/// A glob without a slash (except at its end) matches a file's or folder's name at any depth, one
/// with a slash the path below the source folder. `*`, `?` and `[...]` are those of POSIX within
/// one name, by characters if the name is UTF-8, else by bytes; `**` stands for any number of
/// folders. What matches a folder matches everything below it. Unicode normalisation is ignored, so
/// a pattern matches names that macOS wrote.
class PathPatterns {
 public:
  PathPatterns() = default;
  /// Throws Error{usage} for a glob that cannot match anything.
  explicit PathPatterns(const std::vector<PathPattern>& patterns);

  [[nodiscard]] bool empty() const { return patterns_.empty(); }

  /// What the last pattern that matches `path` says; nullopt if none matches.
  [[nodiscard]] std::optional<Verdict> verdict_on(std::string_view path) const;

  /// The patterns that match none of `paths`: they may be mistakes.
  [[nodiscard]] std::vector<PathPattern> unmatched(
      const std::vector<std::string_view>& paths) const;

  /// True if everything below `folder` is excluded, so that it need not be scanned.
  [[nodiscard]] bool excludes_all_below(std::string_view folder) const;

 private:
  struct Compiled {
    PathPattern written;
    std::vector<std::u32string> names;  ///< the glob, split at slashes
  };

  std::vector<Compiled> patterns_;
  bool has_includes_ = false;
};

}  // namespace healthmetric::patterns
