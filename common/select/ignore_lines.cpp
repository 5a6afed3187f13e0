#include "common/select/ignore_lines.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "common/base/error.hpp"
#include "common/base/format.hpp"

namespace healthmetric::select {
namespace {

struct Invisible {
  std::string_view bytes;
  std::string_view name;
};

/// What comes along when text is copied from a page or files are joined. The joiners U+200C and
/// U+200D are not among them: names in some scripts, and emoji, have them.
constexpr std::array<Invisible, 6> kInvisible = {{{"\xE2\x80\x8B", "U+200B"},
                                                  {"\xE2\x80\x8E", "U+200E"},
                                                  {"\xE2\x80\x8F", "U+200F"},
                                                  {"\xE2\x81\xA0", "U+2060"},
                                                  {"\xEF\xBB\xBF", "U+FEFF"},
                                                  {"\xC2\xAD", "U+00AD"}}};

constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

bool is_escaped(std::string_view line, std::size_t position) {
  std::size_t backslashes = 0;
  while (backslashes < position && line[position - backslashes - 1] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

/// As git does: a carriage return in front of the line's end, and blanks behind the pattern.
std::string_view without_end(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') && !is_escaped(line, line.size() - 1)) line.remove_suffix(1);
  return line;
}

/// The end of the set that `glob` begins with, behind its ']'; 0 where it has none. What follows
/// the '[', and a '!' or '^', at once belongs to the set.
std::size_t end_of_set(std::string_view glob) {
  std::size_t at = 1;
  if (at < glob.size() && (glob[at] == '!' || glob[at] == '^')) ++at;
  for (bool is_first = true; at < glob.size(); ++at, is_first = false) {
    if (glob[at] == ']' && !is_first) return at + 1;
    if (glob[at] == '\\') {
      ++at;
    } else if (glob.substr(at).starts_with("[:")) {
      const std::size_t close = glob.find(":]", at + 2);
      if (close != std::string_view::npos) at = close + 1;
    }
  }
  return 0;
}

std::string fault_of_sets(std::string_view glob) {
  for (std::size_t at = 0; at < glob.size(); ++at) {
    if (glob[at] == '\\') {
      ++at;
    } else if (glob[at] == '[') {
      const std::size_t end = end_of_set(glob.substr(at));
      if (end == 0) return "a '[' without its ']': write \\[ where that character is meant";
      const std::string_view set = glob.substr(at, end);
      const bool is_ascii = std::all_of(
          set.begin(), set.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
      if (!is_ascii)
        return "git knows only ASCII between '[' and ']': write a line for each character";
      at += end - 1;
    }
  }
  return {};
}

/// Why a pattern can match nothing; "" when it can.
std::string fault_of(std::string_view pattern) {
  for (const Invisible& invisible : kInvisible) {
    if (pattern.find(invisible.bytes) == std::string_view::npos) continue;
    return fmt::format("an invisible character ({}): remove it", invisible.name);
  }
  if (is_escaped(pattern, pattern.size())) {
    return "a backslash at the end: remove it; the name of a folder ends in /";
  }
  if (pattern.find_first_not_of("!/") == std::string_view::npos) return "it names nothing";
  const bool is_indented = pattern.starts_with(' ') || pattern.starts_with('\t');
  if (is_indented || pattern.ends_with('\t') || pattern.ends_with(kNoBreakSpace)) {
    return "white space around the name belongs to it: remove it, or write '?' in its place";
  }
  return fault_of_sets(pattern);
}

}  // namespace

void check_ignore_lines(std::string_view text, std::string_view name) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = without_end(text.substr(0, end));
    std::string fault;
    if (line.find('\r') != std::string_view::npos) {
      fault = "a carriage return within it: save it with the line ends of Unix or Windows";
    } else if (!line.starts_with('#') && line.find_first_not_of(" \t") != std::string_view::npos) {
      fault = fault_of(line);
    }
    if (!fault.empty()) {
      throw Error(ErrorCode::usage, fmt::format("{}, line {}: {}", name, number, fault));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace healthmetric::select
