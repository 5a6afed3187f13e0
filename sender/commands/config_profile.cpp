#include "sender/commands/config_profile.hpp"

#include <algorithm>
#include <string_view>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file.hpp"
#include "common/program/named_file.hpp"
#include "common/text/json.hpp"
#include "sender/commands/config_file.hpp"

namespace healthmetric::sender {
namespace {

constexpr std::uint64_t kMaxConfigBytes = std::uint64_t{1} * 1024 * 1024;

std::string header_of(const std::string& profile) {
  return "[profile." + profile + "]";
}

/// Whether a line is that header, with or without a comment behind it.
bool is_header(std::string_view line, const std::string& header) {
  line = trim(line);
  if (!line.starts_with(header)) return false;
  const std::string_view rest = trim(line.substr(header.size()));
  return rest.empty() || rest.front() == '#';
}

/// The text without the section of that header: up to the next one.
std::string without_section(const std::string& text, const std::string& header) {
  std::string kept;
  bool is_inside = false;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end);
    if (is_inside && trim(line).starts_with('[')) is_inside = false;
    if (is_header(line, header)) is_inside = true;
    if (!is_inside) kept += line;
  }
  return kept;
}

using Plain = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// Without the places where they stand.
Plain plain(const program::Settings& settings) {
  Plain result;
  for (const program::Setting& setting : settings) {
    result.emplace_back(setting.option, setting.values);
  }
  return result;
}

Plain plain(const ProfileSettings& settings) {
  Plain result;
  for (const auto& [key, value] : settings) {
    result.emplace_back(key, std::vector<std::string>{value});
  }
  return result;
}

/// What a file says beside one profile.
std::vector<std::pair<std::string, Plain>> beside(const ConfigSettings& settings,
                                                  const std::string& profile) {
  std::vector<std::pair<std::string, Plain>> result = {{"", plain(settings.general)}};
  for (const auto& [name, of_profile] : settings.profiles) {
    if (name != profile) result.emplace_back(name, plain(of_profile));
  }
  return result;
}

}  // namespace

/// A JSON text is a basic string of TOML.
std::string to_toml(const std::string& profile, const ProfileSettings& settings) {
  std::string text = profile.empty() ? "" : header_of(profile) + "\n";
  for (const auto& [key, value] : settings) {
    text += key + " = ";
    text::append_json_string(value, text);
    text += "\n";
  }
  return text;
}

/// What was made is read, for a header may stand within a text of several lines, and a profile may
/// be written in another way.
std::string with_profile(const std::filesystem::path& file, const std::vector<std::string>& options,
                         const std::string& profile, const ProfileSettings& settings) {
  const std::string text = program::read_named_file("--config", file, kMaxConfigBytes);
  std::string made = without_section(text, header_of(profile));
  if (!made.empty()) made += made.ends_with('\n') ? "\n" : "\n\n";
  made += to_toml(profile, settings);
  const platform::TemporaryDirectory place;
  const std::filesystem::path copy = place.path() / "sender.toml";
  platform::write_file_atomically(copy, made);
  const std::string complaint = in_quotes(file.string()) + ": the profile " + in_quotes(profile) +
                                " cannot be put in by this program: edit the file";
  try {
    const ConfigSettings before = config_settings(options, file, "");
    const ConfigSettings after = config_settings(options, copy, profile);
    if (beside(before, profile) == beside(after, profile) &&
        plain(after.of_profile) == plain(settings)) {
      return made;
    }
  } catch (const Error& error) {
    throw Error(ErrorCode::usage, complaint + " (" + error.what() + ")");
  }
  throw Error(ErrorCode::usage, complaint);
}

}  // namespace healthmetric::sender
