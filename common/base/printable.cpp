#include "common/base/printable.hpp"

#include <array>

#include "common/base/format.hpp"
#include "common/base/utf8.hpp"

namespace healthmetric {
namespace {

/// C0 and C1 controls, DEL, line separators, and the bidirectional controls (Unicode TR 36).
bool disturbs_a_line(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029 ||
         point == 0x200E || point == 0x200F || point == 0x061C ||
         (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    if (length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    const std::string_view sequence = text.substr(0, length);
    const char32_t point = utf8_decode(sequence);
    const bool begins_a_command = point == U'[' && out.ends_with("##");
    if (!begins_a_command && !disturbs_a_line(point)) {
      out += sequence;
    } else if (point < 0x80) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(point));
    } else {
      out += fmt::format("\\u{{{:04x}}}", static_cast<unsigned>(point));
    }
    text.remove_prefix(length);
  }
  return out;
}

std::string in_quotes(std::string_view name) {
  return "'" + printable(name) + "'";
}

std::string named_entry(std::string_view key) {
  constexpr std::size_t kMaxShownBytes = 200;
  return "entry " + in_quotes(utf8_prefix(key, kMaxShownBytes));
}

std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", count, count == 1 ? singular : plural);
}

std::string counted_files(std::uint64_t count) {
  return counted(count, "file", "files");
}

std::string human_bytes(std::uint64_t bytes) {
  static constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits.at(unit));
}

std::string human_duration(std::chrono::seconds duration) {
  using namespace std::chrono;
  if (duration < hours(2)) return fmt::format("{} min", floor<minutes>(duration).count());
  if (duration < days(2)) return fmt::format("{} h", floor<hours>(duration).count());
  return fmt::format("{} days", floor<days>(duration).count());
}

std::string human_age(std::chrono::seconds age) {
  if (age < std::chrono::seconds(0)) return "in the future";
  if (age < std::chrono::minutes(1)) return "just now";
  return human_duration(age) + " ago";
}

}  // namespace healthmetric
