#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>

namespace healthmetric::payload {

/// A path that cannot leave its folder. The constructor enforces, the type
/// proves: relative, `/`-separated, UTF-8, no empty, `.` or `..` component, no control character,
/// no `\`, no component named `.git` in any case, at most 1,024 bytes and 255 a
/// component, at most 64 components. Symbolic links are the file system's matter:
/// common/archive/storage.hpp.
class RelativePath {
 public:
  static constexpr std::size_t kMaxBytes = 1024;
  static constexpr std::size_t kMaxLevels = 64;
  /// For a path below another one: stored names are longer than what was sent, and deeper.
  static constexpr std::size_t kMaxStoredBytes = 2048;
  static constexpr std::size_t kMaxComponentBytes = 255;
  static constexpr std::size_t kMaxExtensionBytes = 32;

  /// Throws Error{unsafe_path}, naming the path and the rule it breaks.
  explicit RelativePath(std::string path, std::size_t max_bytes = kMaxBytes);

  /// The rule that keeps `path` from being one, as words behind "it": "is absolute"; empty when
  /// nothing does.
  static std::string_view fault_of(std::string_view path, std::size_t max_bytes = kMaxBytes);

  /// The text of one that was made before: it is not looked at again.
  static RelativePath known(std::string path);

  [[nodiscard]] const std::string& str() const noexcept { return path_; }

  /// The last component: "data.json" of "sub/data.json".
  [[nodiscard]] std::string_view filename() const;

  /// The components before it with the final `/`, or nothing: "sub/" of "sub/data.json".
  [[nodiscard]] std::string_view directory() const;

  /// The file name without its extension. A leading dot begins no extension: ".env" is all stem.
  [[nodiscard]] std::string_view stem() const;

  /// See extension_of().
  [[nodiscard]] std::string_view extension() const;

  friend auto operator<=>(const RelativePath&, const RelativePath&) = default;

 private:
  RelativePath() = default;

  std::string path_;
};

/// The extension of whatever path as written, with its dot, or nothing. What follows a dot for more
/// than kMaxExtensionBytes is part of the stem.
std::string_view extension_of(std::string_view path);

}  // namespace healthmetric::payload
