#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "sender/commands/every_night.hpp"
#include "sender/commands/program.hpp"

namespace healthmetric::sender {
namespace {

/// Of a command within quotes.
std::string escaped(const std::string& command) {
  std::string text;
  for (const char c : command) {
    if (c == '"') text += '\\';
    text += c;
  }
  return text;
}

}  // namespace

std::string as_word(const std::filesystem::path& path) {
  return '"' + printable(path.string()) + '"';
}

std::string program_word(const std::filesystem::path& own) {
  if (own.empty()) return kProgramName;
  const std::string path = printable(own.string());
  return path.find_first_of(" &()^;,=") == std::string::npos ? path : as_word(own);
}

/// schtasks alone makes tasks that end on battery and after three days.
std::string every_night(const std::string& command) {
  return fmt::format(
      "each day while you are logged on (in cmd.exe, one after the other):\n\n"
      "  schtasks /Create /TN \"HealthMetric sender\" /SC DAILY /ST 12:30 /TR \"{}\"\n"
      "  powershell -NoProfile -Command \"Set-ScheduledTask -TaskName 'HealthMetric sender' "
      "-Settings (New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries "
      "-DontStopIfGoingOnBatteries -StartWhenAvailable -ExecutionTimeLimit 0)\"\n",
      escaped(command));
}

}  // namespace healthmetric::sender
