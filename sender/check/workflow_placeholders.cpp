#include "sender/check/workflow_placeholders.hpp"

#include <algorithm>

#include "common/base/ascii.hpp"

namespace healthmetric::check {
namespace {

/// What a line `uses`, without quotes and comment; "" if it is another line.
std::string_view used_in(std::string_view line) {
  constexpr std::string_view kKey = "uses:";
  line = trim(line);
  if (line.starts_with("- ")) line = trim(line.substr(1));
  if (!line.starts_with(kKey)) return {};
  line = trim(line.substr(kKey.size()));
  if (line.starts_with('"') || line.starts_with('\'')) line.remove_prefix(1);
  return line.substr(0, line.find_first_of(" \t\"'#"));
}

bool is_placeholder(std::string_view used) {
  return used.starts_with("OWNER/REPOSITORY/") || used.ends_with("@COMMIT");
}

}  // namespace

std::optional<Placeholder> find_placeholder(std::string_view workflow) {
  for (std::size_t number = 1; !workflow.empty(); ++number) {
    const std::size_t end = std::min(workflow.find('\n'), workflow.size());
    const std::string_view used = used_in(workflow.substr(0, end));
    if (is_placeholder(used)) return Placeholder{number, std::string(used)};
    workflow.remove_prefix(std::min(end + 1, workflow.size()));
  }
  return {};
}

}  // namespace healthmetric::check
