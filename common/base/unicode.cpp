#include "common/base/unicode.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "common/base/ascii.hpp"

namespace healthmetric {
namespace {

struct FreeMemory {
  void operator()(utf8proc_uint8_t* memory) const noexcept {
    std::free(memory);  // NOLINT: utf8proc allocates with malloc
  }
};

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// `fallback` for what is not UTF-8.
std::string mapped(std::string_view text, int options, std::string_view fallback) {
  utf8proc_uint8_t* result = nullptr;
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &result,
                                   static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, FreeMemory> owner(result);
  if (length < 0) return std::string(fallback);
  return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(length)};
}

bool is_mark(utf8proc_int32_t character) {
  const auto category = utf8proc_category(character);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC;
}

bool is_letter_or_digit(utf8proc_int32_t character) {
  if (utf8proc_get_property(character)->ignorable != 0) return false;  // nobody sees it
  switch (utf8proc_category(character)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
      return true;
    default:
      return false;
  }
}

struct Character {
  utf8proc_int32_t code;  ///< negative: not UTF-8, but a single byte
  std::string_view bytes;
};

/// Takes the first character off a text that is not empty.
Character take_character(std::string_view& text) {
  utf8proc_int32_t code = 0;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &code);
  const Character first{code, text.substr(0, length > 0 ? static_cast<std::size_t>(length) : 1)};
  text.remove_prefix(first.bytes.size());
  return first;
}

std::size_t columns_of(const Character& character) {
  if (character.code < 0) return 1;
  return static_cast<std::size_t>(std::max(utf8proc_charwidth(character.code), 0));
}

}  // namespace

std::string composed(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  return mapped(text, UTF8PROC_COMPOSE | UTF8PROC_STABLE, text);
}

std::string with_letters_alone(std::string_view text, std::string_view kept) {
  const std::string whole = composed(text);
  std::string out;
  bool has_base = false;  // for marks to stand on
  for (std::string_view rest = whole; !rest.empty();) {
    const Character character = take_character(rest);
    const bool is_kept =
        character.bytes.size() == 1 && kept.find(character.bytes) != std::string_view::npos;
    has_base = character.code >= 0 &&
               (is_letter_or_digit(character.code) || (has_base && is_mark(character.code)));
    out += is_kept || has_base ? character.bytes : "_";
  }
  return out;
}

std::string case_folded(std::string_view text) {
  if (is_ascii(text)) return ascii_lower(text);
  return mapped(text, UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE | UTF8PROC_STABLE | UTF8PROC_IGNORE,
                ascii_lower(text));
}

std::size_t display_columns(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) columns += columns_of(take_character(text));
  return columns;
}

std::string_view first_columns(std::string_view text, std::size_t columns) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t before = rest.size();
    const std::size_t needed = columns_of(take_character(rest));
    if (needed > columns) return text.substr(0, text.size() - before);
    columns -= needed;
  }
  return text;
}

}  // namespace healthmetric
