#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "sender/commands/every_night.hpp"
#include "sender/commands/program.hpp"

namespace healthmetric::sender {

namespace fs = std::filesystem;

std::string as_word(const fs::path& path) {
  return in_quotes(path.string());
}

/// As cron finds it.
std::string program_word(const fs::path& own) {
  std::error_code error;
  for (const char* folder : {"/usr/local/bin", "/usr/bin", "/bin"}) {
    if (own.empty() || fs::equivalent(fs::path(folder) / kProgramName, own, error)) {
      return kProgramName;
    }
  }
  const std::string path = own.string();
  return path.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
             "/._-+") == std::string::npos
             ? path
             : in_quotes(path);
}

std::string every_night(const std::string& command) {
  return fmt::format(
      "each night (crontab -e):\n\n"
      "  PATH=/usr/local/bin:/usr/bin:/bin\n"
      "  30 2 * * * {}\n",
      command);
}

}  // namespace healthmetric::sender
