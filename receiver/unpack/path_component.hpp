#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace healthmetric::unpack {

/// A component of a path. What lies between `begin` and `end` may be cut where it gets too long;
/// the rest may have what tells two batches apart, and stays.
struct PathComponent {
  std::string text;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Whether a file system takes a name of its length.
bool fits(const PathComponent& component);

/// "a~2.json" for "a.json" and "~2", cut where it gets too long; the extension is not. It does not
/// fit where what may be cut is too short.
PathComponent with_suffix(PathComponent name, std::string_view suffix);

/// "_a" for "a", cut in the same way.
PathComponent with_underscore(PathComponent name);

/// As portable_component() has it, cut in the same way.
PathComponent portable(PathComponent name);

/// `component` as every file system accepts it: `<>:"|?*` and trailing dots and spaces become `_`,
/// names Windows keeps for devices get `_` in front (Microsoft, "Naming Files, Paths, and
/// Namespaces"), as do names that git keeps for itself.
std::string portable_component(std::string_view component);

}  // namespace healthmetric::unpack
