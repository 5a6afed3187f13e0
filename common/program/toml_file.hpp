#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Files in TOML 1.0, of which no more is used than words, lists and tables.

namespace healthmetric::program {

/// A value in such a file.
struct TomlValue {
  enum class Kind {
    text,
    flag,
    number,
    list,
    table,
    other,  ///< a date or a time
  };

  Kind kind = Kind::other;
  std::uint32_t line = 0;           ///< where it is, from 1
  std::string name;                 ///< of a member of a table: its key
  std::string word;                 ///< as it would be on a command line, if is_word()
  std::vector<TomlValue> elements;  ///< of a list or a table, in the file's order

  [[nodiscard]] bool is_word() const {
    return kind == Kind::text || kind == Kind::flag || kind == Kind::number;
  }
  /// A section or several of one name ("[[a]]"), or an inline table.
  [[nodiscard]] bool is_section() const;
  /// The member of that name; null if there is none.
  [[nodiscard]] const TomlValue* find(std::string_view wanted) const;
};

/// No more than this is read of a file of settings.
inline constexpr std::uint64_t kMaxTomlBytes = std::uint64_t{1} * 1024 * 1024;

/// The text as a table. Throws Error{usage} with `name`, which is for messages, and the line.
TomlValue parse_toml(std::string_view text, const std::string& name);

}  // namespace healthmetric::program
