#include "common/patterns/glob.hpp"

#include <cwctype>
#include <optional>

#include "common/base/utf8.hpp"
#include "common/platform/utf8_locale.hpp"

namespace healthmetric::patterns {
namespace {

/// What is added to a byte that is not UTF-8: no character has these numbers.
constexpr char32_t kBytes = 0xDC00;

/// What one `[...]` takes.
struct Set {
  std::size_t end = 0;  ///< behind its ']'
  bool takes = false;
};

/// Whether a `[:name:]` has the character; "" of the name where it is none of the locale's.
bool is_in_class(char32_t character, std::u32string_view name) {
  const platform::Utf8Characters scope;
  const std::string text(name.begin(), name.end());
  return std::iswctype(static_cast<std::wint_t>(character), std::wctype(text.c_str())) != 0;
}

/// Reads the members of a set one after the other.
class SetReader {
 public:
  SetReader(std::u32string_view glob, std::size_t begin, char32_t character)
      : glob_(glob), at_(begin), character_(character) {}

  /// Nothing for a '[' that no ']' closes, which stands for itself.
  std::optional<Set> read() {
    const bool is_negated = has(U"!") || has(U"^");
    if (is_negated) ++at_;
    bool takes = false;
    for (bool is_first = true; at_ < glob_.size(); is_first = false) {
      if (glob_[at_] == U']' && !is_first) return Set{at_ + 1, takes != is_negated};
      takes = read_member() || takes;
    }
    return {};
  }

 private:
  [[nodiscard]] bool has(std::u32string_view text) const {
    return glob_.substr(at_, text.size()) == text;
  }

  /// A class, a range or a character.
  bool read_member() {
    const std::size_t close = has(U"[:") ? glob_.find(U":]", at_ + 2) : std::u32string_view::npos;
    if (close != std::u32string_view::npos) {
      const std::u32string_view name = glob_.substr(at_ + 2, close - at_ - 2);
      at_ = close + 2;
      return is_in_class(character_, name);
    }
    const char32_t first = read_character();
    const bool is_range = has(U"-") && at_ + 1 < glob_.size() && glob_[at_ + 1] != U']';
    if (!is_range) return character_ == first;
    ++at_;
    const char32_t last = read_character();
    return first <= character_ && character_ <= last;
  }

  char32_t read_character() {
    if (glob_[at_] == U'\\' && at_ + 1 < glob_.size()) ++at_;
    return glob_[at_++];
  }

  std::u32string_view glob_;
  std::size_t at_;
  char32_t character_;
};

/// Where the glob goes on when what stands at `at`, no star, takes the character.
std::optional<std::size_t> step(std::u32string_view glob, std::size_t at, char32_t character) {
  if (at == glob.size()) return {};
  if (glob[at] == U'?') return at + 1;
  if (glob[at] == U'[') {
    if (const auto set = SetReader(glob, at + 1, character).read()) {
      return set->takes ? std::optional(set->end) : std::nullopt;
    }
  }
  if (glob[at] == U'\\' && at + 1 < glob.size()) ++at;
  return glob[at] == character ? std::optional(at + 1) : std::nullopt;
}

}  // namespace

std::u32string characters_of(std::string_view text) {
  std::u32string characters;
  characters.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    characters += length == 0 ? kBytes + static_cast<unsigned char>(text[0])
                              : utf8_decode(text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return characters;
}

/// A star takes as little as lets the glob up to the next star match: no choice but the latest is
/// ever taken back.
bool glob_matches(std::u32string_view glob, std::u32string_view name) {
  std::optional<std::size_t> behind_star;
  std::size_t retried_from = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < name.size();) {
    if (at < glob.size() && glob[at] == U'*') {
      behind_star = ++at;
      retried_from = i;
    } else if (const auto next = step(glob, at, name[i])) {
      at = *next;
      ++i;
    } else if (behind_star) {
      at = *behind_star;
      i = ++retried_from;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of(U'*', at) == std::u32string_view::npos;
}

}  // namespace healthmetric::patterns
