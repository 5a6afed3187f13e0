#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace healthmetric {

/// `text` for a terminal or a log: control characters, bytes that are not UTF-8, and the Unicode
/// characters that reorder a line appear as \xNN or \u{NNNN}, so that no name from elsewhere can
/// forge a line or move the cursor. So does the bracket of "##[", which the runner of GitHub
/// Actions takes for a command wherever it stands in a line ("::" only at its beginning, where our
/// messages have the program's name or the time).
std::string printable(std::string_view text);

/// printable() in single quotes, for a name in a message.
std::string in_quotes(std::string_view name);

/// "entry 'a.json'", for the key of an entry of a payload, cut where it is very long.
std::string named_entry(std::string_view key);

/// "1 file", "3 files".
std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural);

/// "3 files".
std::string counted_files(std::uint64_t count);

/// "512 B", "1.5 KiB", "20.0 MiB".
std::string human_bytes(std::uint64_t bytes);

/// "5 min", "3 h", "12 days": whole ones of the largest unit of which there are two.
std::string human_duration(std::chrono::seconds duration);

/// How long ago something was: "just now", "3 h ago", "in the future".
std::string human_age(std::chrono::seconds age);

}  // namespace healthmetric
