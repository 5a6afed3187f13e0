#pragma once

#include <filesystem>
#include <string>

namespace healthmetric::sender {

/// A path as a word for where commands are typed: a shell, or cmd.exe on Windows.
std::string as_word(const std::filesystem::path& path);

/// The program at `own` as a word there, and for what runs it without a user; its name alone where
/// that finds it. `own` may be empty.
std::string program_word(const std::filesystem::path& own);

/// The sentence and the lines that let `command`, made of such words, run each night or day.
std::string every_night(const std::string& command);

}  // namespace healthmetric::sender
