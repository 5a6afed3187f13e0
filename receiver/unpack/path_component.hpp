#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace healthmetric::unpack {

/// A component of a path. If it is too long, the text between `begin` and `end` may be cut; the
/// rest may be what distinguishes two batches, and is kept.
struct PathComponent {
  std::string text;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Whether file systems accept a name of its length.
bool fits(const PathComponent& component);

/// "a~2.json" for "a.json" and "~2", cut if it is too long, but never in the extension. The result
/// may not fit if the part that may be cut is too short.
PathComponent with_suffix(PathComponent name, std::string_view suffix);

/// "_a" for "a", cut in the same way.
PathComponent with_underscore(PathComponent name);

/// Applies portable_component(), cut in the same way.
PathComponent portable(PathComponent name);

/// `component` as every file system accepts it: `<>:"|?*` and trailing dots and spaces become `_`,
/// names Windows keeps for devices get `_` in front (Microsoft, "Naming Files, Paths, and
/// Namespaces"), as do names that git keeps for itself.
std::string portable_component(std::string_view component);

}  // namespace healthmetric::unpack
