#include "common/patterns/path_patterns.hpp"

#include <algorithm>
#include <span>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/base/unicode.hpp"
#include "common/patterns/glob.hpp"

namespace healthmetric::patterns {
namespace {

constexpr std::u32string_view kAnyFolders = U"**";

/// The names in `written`, in normalisation form C, behind those in `names`.
std::vector<std::u32string> split(std::string_view written,
                                  std::vector<std::u32string> names = {}) {
  const std::string text = composed(written);
  std::string_view path = text;
  while (!path.empty()) {
    const std::size_t end = path.find('/');
    const std::string_view name = path.substr(0, end);
    if (!name.empty() && name != ".") names.push_back(characters_of(name));
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
  }
  return names;
}

using Names = std::span<const std::u32string>;

/// Whether the glob matches the path or a folder above it. What a "**" skips is as little as lets
/// the names up to the next "**" match, which leaves most to the rest: so no choice is taken back
/// but the latest, and a match costs at most the glob's length times the path's.
bool matches(Names glob, Names path) {
  std::optional<std::size_t> behind_any;  // where the glob goes on behind the latest "**"
  std::size_t retried_from = 0;           // the first name of the path that it did not skip
  std::size_t at = 0;
  for (std::size_t name = 0; at < glob.size();) {
    if (glob[at] == kAnyFolders) {
      // "a/**" is what is below a folder, not the folder itself.
      if (at + 1 == glob.size()) return name < path.size();
      behind_any = ++at;
      retried_from = name;
    } else if (name < path.size() && glob_matches(glob[at], path[name])) {
      ++at;
      ++name;
    } else if (name < path.size() && behind_any) {
      at = *behind_any;
      name = ++retried_from;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

PathPatterns::PathPatterns(const std::vector<PathPattern>& patterns) {
  for (const PathPattern& pattern : patterns) {
    const std::string& glob = pattern.glob;
    if (split(glob).empty()) {
      throw Error(ErrorCode::usage, "invalid pattern " + in_quotes(glob) +
                                        ": expected for example '*.csv' or 'raw/**'");
    }
    const bool names_a_place = glob.find('/') < glob.size() - 1;
    std::vector<std::u32string> names;
    if (!names_a_place) names.emplace_back(kAnyFolders);
    names = split(glob, std::move(names));
    patterns_.push_back({pattern, std::move(names)});
    has_includes_ = has_includes_ || pattern.verdict == Verdict::include;
  }
}

std::optional<Verdict> PathPatterns::verdict_on(std::string_view path) const {
  if (patterns_.empty()) return {};
  const std::vector<std::u32string> names = split(path);
  const auto last =
      std::find_if(patterns_.rbegin(), patterns_.rend(),
                   [&](const Compiled& pattern) { return matches(pattern.names, names); });
  if (last != patterns_.rend()) return last->written.verdict;
  if (patterns_.front().written.verdict == Verdict::include) return Verdict::exclude;
  return {};
}

std::vector<PathPattern> PathPatterns::unmatched(const std::vector<std::string_view>& paths) const {
  std::vector<const Compiled*> left;
  left.reserve(patterns_.size());
  for (const Compiled& pattern : patterns_) left.push_back(&pattern);
  for (const std::string_view path : paths) {
    if (left.empty()) break;
    const std::vector<std::u32string> names = split(path);
    std::erase_if(left, [&](const Compiled* pattern) { return matches(pattern->names, names); });
  }
  std::vector<PathPattern> result;
  result.reserve(left.size());
  for (const Compiled* pattern : left) result.push_back(pattern->written);
  return result;
}

std::string to_text(const PathPattern& pattern) {
  return (pattern.verdict == Verdict::include ? "--include " : "--exclude ") +
         in_quotes(pattern.glob);
}

bool PathPatterns::excludes_all_below(std::string_view folder) const {
  return !has_includes_ && verdict_on(folder) == Verdict::exclude;
}

}  // namespace healthmetric::patterns
