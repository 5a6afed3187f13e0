#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace healthmetric::patterns {

/// What a pattern says of the files it matches.
enum class Verdict { include, exclude };

/// One --include or --exclude.
struct PathPattern {
  Verdict verdict = Verdict::exclude;
  std::string glob;
};

/// The ordered list of --include and --exclude: the last pattern that matches a file decides. What
/// no pattern matches is taken, unless the list begins with an --include: then only what is
/// included goes.
///
/// A glob without a slash (but at its end) matches a file's or folder's name at any depth, one with
/// a slash the path below the source folder. `*`, `?` and `[...]` are those of POSIX within one
/// name, of characters where the name is UTF-8 and else of bytes; `**` stands for any number of
/// folders. What matches a folder matches all below it. Normalisation makes no difference, so a
/// pattern matches names that macOS wrote.
class PathPatterns {
 public:
  PathPatterns() = default;
  /// Throws Error{usage} for a glob that names nothing.
  explicit PathPatterns(const std::vector<PathPattern>& patterns);

  [[nodiscard]] bool empty() const { return patterns_.empty(); }

  /// What the list says of `path` in words of its own; nothing when it says nothing.
  [[nodiscard]] std::optional<Verdict> verdict_on(std::string_view path) const;

  /// Those that match none of `paths`: perhaps not what was meant.
  [[nodiscard]] std::vector<PathPattern> unmatched(
      const std::vector<std::string_view>& paths) const;

  /// True when nothing below `folder` can be taken, so that there is no need to look.
  [[nodiscard]] bool excludes_all_below(std::string_view folder) const;

 private:
  struct Compiled {
    PathPattern written;
    std::vector<std::u32string> names;  ///< the glob, a name at a time
  };

  std::vector<Compiled> patterns_;
  bool has_includes_ = false;
};

}  // namespace healthmetric::patterns
