#include "common/program/toml_file.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <string>
#include <utility>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/program/toml_keys.hpp"

namespace healthmetric::program {
namespace {

using Kind = TomlValue::Kind;

/// Deeper than any setting.
constexpr std::size_t kMaxLevels = 64;

/// Settings that are nested deeper.
struct TooDeep {
  std::uint32_t line;
};

TomlValue value_of(const toml::node& node, std::size_t level);

/// A TOML table forgets the order of its keys, but not where they stand.
void add_members(const toml::table& table, TomlValue& value, std::size_t level) {
  std::vector<std::pair<std::string, const toml::node*>> members;
  for (const auto& [key, member] : table) members.emplace_back(std::string(key.str()), &member);
  const auto place = [](const auto& member) {
    const toml::source_position& begin = member.second->source().begin;
    return std::pair(begin.line, begin.column);
  };
  std::sort(members.begin(), members.end(),
            [&](const auto& a, const auto& b) { return place(a) < place(b); });
  for (const auto& [key, member] : members) {
    value.elements.push_back(value_of(*member, level));
    value.elements.back().name = key;
  }
}

void set_word(TomlValue& value, Kind kind, std::string word) {
  value.kind = kind;
  value.word = std::move(word);
}

TomlValue value_of(const toml::node& node, std::size_t level) {
  TomlValue value;
  value.line = node.source().begin.line;
  if (level > kMaxLevels) throw TooDeep{value.line};
  if (const toml::table* table = node.as_table()) {
    value.kind = Kind::table;
    add_members(*table, value, level + 1);
  } else if (const toml::array* list = node.as_array()) {
    value.kind = Kind::list;
    for (const toml::node& element : *list) value.elements.push_back(value_of(element, level + 1));
  } else if (auto text = node.value_exact<std::string>()) {
    set_word(value, Kind::text, std::move(*text));
  } else if (const auto flag = node.value_exact<bool>()) {
    set_word(value, Kind::flag, *flag ? "true" : "false");
  } else if (const auto whole = node.value_exact<std::int64_t>()) {
    set_word(value, Kind::number, fmt::format("{}", *whole));
  } else if (const auto number = node.value_exact<double>()) {
    set_word(value, Kind::number, fmt::format("{}", *number));
  }
  return value;
}

/// The line of that number, counted from 1, without the spaces around it.
std::string_view line_at(std::string_view text, std::uint32_t number) {
  for (std::uint32_t line = 1; line < number && !text.empty(); ++line) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return trim(text.substr(0, text.find('\n')));
}

/// What the parser's own words get wrong: it puts the name together once more, with a mistake. Of a
/// value, nothing is told.
std::string defined_twice(std::string_view line) {
  constexpr std::size_t kMostShown = 80;
  const bool is_section = line.starts_with('[');
  const std::size_t end = is_section ? line.rfind(']') + 1 : line.find('=');
  const std::string name = printable(utf8_prefix(trim(line.substr(0, end)), kMostShown));
  return name + (is_section ? " is defined twice: put all its keys in one section"
                            : " is set twice: remove one of them");
}

std::string reason_of(const toml::parse_error& error, std::string_view text) {
  const std::string_view words = error.description();
  if (words.find("cannot redefine existing") != std::string_view::npos) {
    return defined_twice(line_at(text, error.source().begin.line));
  }
  return "invalid TOML: " + printable(words);
}

}  // namespace

bool TomlValue::is_section() const {
  const bool is_list_of_tables =
      kind == Kind::list && !elements.empty() &&
      std::all_of(elements.begin(), elements.end(),
                  [](const TomlValue& element) { return element.kind == Kind::table; });
  return kind == Kind::table || is_list_of_tables;
}

const TomlValue* TomlValue::find(std::string_view wanted) const {
  if (kind != Kind::table) return nullptr;
  const auto found = std::find_if(elements.begin(), elements.end(),
                                  [&](const TomlValue& member) { return member.name == wanted; });
  return found == elements.end() ? nullptr : &*found;
}

TomlValue parse_toml(std::string_view text, const std::string& name) {
  const auto fault = [&](std::uint32_t line, const std::string& why) {
    return Error(ErrorCode::usage, fmt::format("{}, line {}: {}", in_quotes(name), line, why));
  };
  if (const auto line = line_of_long_key(text)) {
    throw fault(*line, fmt::format("a key has more than {} parts", kMaxKeyParts));
  }
  try {
    return value_of(toml::parse(text), 0);
  } catch (const toml::parse_error& error) {
    throw fault(error.source().begin.line, reason_of(error, text));
  } catch (const TooDeep& value) {
    throw fault(value.line, "a value is nested too deeply");
  }
}

}  // namespace healthmetric::program
