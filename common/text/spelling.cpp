#include "common/text/spelling.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "common/base/ascii.hpp"

namespace healthmetric::text {
namespace {

constexpr std::size_t kMaxWordBytes = 64;

/// So many letters must be there before a beginning tells anything.
constexpr std::size_t kLeastBeginning = 3;

using Row = std::array<std::size_t, kMaxWordBytes + 1>;

/// How many letters are added, left out, replaced or swapped with the next one between two words of
/// at most kMaxWordBytes (optimal string alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  Row before_last{};
  Row last{};
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    Row row{};
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] =
          std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool is_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

bool begins(std::string_view shorter, std::string_view longer) {
  return shorter.size() >= kLeastBeginning && longer.starts_with(shorter);
}

}  // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
  if (word.empty() || word.size() > kMaxWordBytes) return {};
  const std::string lower = ascii_lower(word);
  std::string nearest;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > kMaxWordBytes) continue;
    const std::string other = ascii_lower(candidate);
    const bool goes_on = begins(lower, other) || begins(other, lower);
    const std::size_t letters = goes_on ? 1 : distance(lower, other);
    if (letters >= least) continue;
    least = letters;
    nearest = candidate;
  }
  return nearest;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known,
                         std::string_view sign) {
  const std::string nearest = nearest_word(word, known);
  return nearest.empty() ? "" : ": did you mean " + std::string(sign) + nearest + "?";
}

std::string listed(const std::vector<std::string>& words, std::string_view conjunction) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0 && i + 1 == words.size()) {
      text.append(" ").append(conjunction).append(" ");
    } else if (i > 0) {
      text += ", ";
    }
    text += words[i];
  }
  return text;
}

}  // namespace healthmetric::text
