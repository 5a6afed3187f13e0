#include "sender/commands/packing_result.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "common/base/ascii.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/payload/content_type.hpp"
#include "common/program/log.hpp"

namespace healthmetric::sender {
namespace {

/// "(.ndjson, .fit)", the first few of them.
std::string types_of(const std::vector<select::Skipped>& files) {
  constexpr std::size_t kMostShown = 6;
  std::set<std::string> types;
  for (const select::Skipped& file : files) {
    if (file.file.reason != select::kUnsupportedType) continue;
    const std::string_view type = payload::extension_of(file.file.path);
    types.insert(type.empty() ? "no type" : printable(ascii_lower(type)));
    if (types.size() > kMostShown) break;
  }
  std::string text;
  std::size_t shown = 0;
  for (const std::string& type : types) {
    text += (text.empty() ? "" : ", ") + (shown++ == kMostShown ? std::string("...") : type);
  }
  return "(" + text + ")";
}

}  // namespace

void log_skipped(const std::vector<select::Skipped>& skipped) {
  for (const select::Skipped& file : skipped) {
    const std::string line = "skipped " + in_quotes(file.file.path) + ": " + file.file.reason;
    if (file.cause == select::SkipCause::by_error) {
      log::error(line);
    } else {
      log::debug(line);
    }
  }
}

program::ExitStatus status_of_packing(const Options& options,
                                      const std::vector<select::Skipped>& skipped,
                                      std::size_t parts, std::uint64_t unchanged) {
  const bool has_errors = std::any_of(
      skipped.begin(), skipped.end(),
      [](const select::Skipped& file) { return file.cause == select::SkipCause::by_error; });
  const program::ExitStatus status =
      has_errors ? program::ExitStatus::partly_done : program::ExitStatus::success;
  const bool may_be_nothing = unchanged > 0 || options.heartbeat;
  return parts == 0 && !may_be_nothing
             ? program::more_important(status, program::ExitStatus::nothing_to_send)
             : status;
}

std::string not_packed(const std::vector<select::Skipped>& skipped, std::uint64_t unchanged) {
  std::string text = unchanged > 0 ? fmt::format("; unchanged {}", unchanged) : "";
  std::size_t rest = skipped.size();
  const auto tell = [&](std::string_view reason, const std::string& words) {
    const auto count = static_cast<std::size_t>(
        std::count_if(skipped.begin(), skipped.end(),
                      [&](const select::Skipped& file) { return file.file.reason == reason; }));
    rest -= count;
    if (count > 0) text += fmt::format("; skipped {} {}", count, words);
  };
  tell(select::kUnsupportedType, types_of(skipped) + ": use --all-types to send them");
  tell(select::kIsHidden, "hidden: use --hidden to send them");
  tell(select::kExcluded, "by --include and --exclude");
  tell(select::kIgnored, "by .healthmetricignore");
  if (rest > 0) text += fmt::format("; skipped {}: --verbose says why", rest);
  return text;
}

std::string nothing_to_send(const std::string& folder, const std::vector<select::Skipped>& skipped,
                            std::uint64_t unchanged) {
  std::string text = unchanged > 0 ? "nothing new to send" : "nothing to send";
  if (!folder.empty()) text += " in " + in_quotes(folder);
  return text + not_packed(skipped, unchanged);
}

std::string nothing_is_left(std::size_t files, const std::string& folder) {
  return fmt::format(
      "of {} sent from {} before, none is there: is a disk not mounted? No deletion was recorded; "
      "use --allow-empty if they were deleted",
      counted_files(files), in_quotes(folder));
}

text::Json skipped_json(const std::vector<select::Skipped>& skipped) {
  text::Json list = text::Json::array();
  for (const select::Skipped& file : skipped) {
    list.push_back({{"path", printable(file.file.path)},
                    {"reason", file.file.reason},
                    {"error", file.cause == select::SkipCause::by_error}});
  }
  return list;
}

}  // namespace healthmetric::sender
