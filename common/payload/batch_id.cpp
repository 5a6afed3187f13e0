#include "common/payload/batch_id.hpp"

#include <algorithm>

#include "common/base/format.hpp"
#include "common/base/utf8.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::payload {
namespace {

constexpr std::size_t kTimestampLength = 16;
constexpr std::size_t kUniqueLength = 8;
constexpr std::size_t kMaxSlugLength = 64;

bool is_slug_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// Takes `suffix` off the end of `text`, if it is there.
bool consume_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

/// The number a run of digits stands for; nothing for other text or a number without a name.
std::optional<unsigned> parse_part_number(std::string_view digits) {
  if (digits.size() < 4 || digits.size() > 6) return {};
  if (digits.size() > 4 && digits.front() == '0') return {};
  unsigned number = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return {};
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  if (number == 0) return {};
  return number;
}

}  // namespace

bool is_slug(std::string_view text) {
  return !text.empty() && text.size() <= kMaxSlugLength && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), is_slug_character);
}

std::string slug(std::string_view name) {
  std::string result;
  while (!name.empty() && result.size() < kMaxSlugLength) {
    const std::size_t length = std::max<std::size_t>(utf8_sequence_length(name), 1);
    const char c = name.front();
    const bool keep = is_slug_character(c) && !(c == '.' && result.empty());
    result += keep ? c : '_';
    name.remove_prefix(length);
  }
  return result.empty() ? "data" : result;
}

std::string BatchId::str() const {
  return fmt::format("{}-{}-{}", text::format_compact_timestamp(time), slug, unique);
}

std::optional<BatchId> BatchId::parse(std::string_view text) {
  if (text.size() < kTimestampLength + kUniqueLength + 3) return {};
  const auto time = text::parse_compact_timestamp(text.substr(0, kTimestampLength));
  const std::string_view unique = text.substr(text.size() - kUniqueLength);
  const std::string_view middle =
      text.substr(kTimestampLength, text.size() - kTimestampLength - kUniqueLength);
  if (!time || !is_lower_hex(unique) || middle.front() != '-' || middle.back() != '-') return {};
  const std::string_view name = middle.substr(1, middle.size() - 2);
  if (!is_slug(name)) return {};
  return BatchId{*time, std::string(name), std::string(unique)};
}

std::string PayloadName::str() const {
  if (part == 1 && last) return batch.str() + ".json";
  return fmt::format("{}.part-{:04}{}.json", batch.str(), part, last ? "-last" : "");
}

std::optional<PayloadName> PayloadName::parse(std::string_view filename) {
  if (!consume_suffix(filename, ".json")) return {};
  // The slug may hold anything that looks like a part, so the whole name is tried first: the 8
  // hexadecimal digits at its end settle it.
  if (const auto batch = BatchId::parse(filename)) return PayloadName{*batch, 1, true};
  const bool last = consume_suffix(filename, "-last");
  const std::size_t at = filename.rfind(".part-");
  if (at == std::string_view::npos) return {};
  const auto number = parse_part_number(filename.substr(at + 6));
  const auto batch = BatchId::parse(filename.substr(0, at));
  if (!number || !batch || (*number == 1 && last)) return {};
  return PayloadName{*batch, *number, last};
}

bool are_all_parts(std::vector<PayloadName> names) {
  std::sort(names.begin(), names.end(),
            [](const PayloadName& a, const PayloadName& b) { return a.part < b.part; });
  unsigned seen = 0;
  for (const PayloadName& name : names) {
    if (name.part > seen + 1) return false;
    seen = name.part;
    if (name.last) return name == names.back();
  }
  return false;
}

}  // namespace healthmetric::payload
