#include <algorithm>
#include <optional>
#include <set>
#include <system_error>

#include "common/base/ascii.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/system_error.hpp"
#include "common/platform/file_kind.hpp"
#include "common/platform/interruption.hpp"
#include "common/select/folder_scan.hpp"
#include "common/select/found_file.hpp"
#include "common/select/ignore_files.hpp"

/// Files that are named one by one: by a list, or on the command line.

namespace healthmetric::select {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNeverSent = "never sent";
constexpr const char* kIsStream = "it is an alternate stream of a file";

void refuse_equal_names(const FileList& sorted) {
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const SourceFile one = sorted[i - 1];
    const SourceFile other = sorted[i];
    if (one.path != other.path) continue;
    throw Error(ErrorCode::usage, "two files named " + in_quotes(one.path.str()) + ": " +
                                      in_quotes(one.location()) + " and " +
                                      in_quotes(other.location()) +
                                      "; send their folder, or one at a time");
  }
}

/// `entry` as a path below `folder`; nothing when it lies elsewhere.
std::optional<std::string> path_below(const fs::path& folder, const fs::path& entry) {
  // On Windows "C:name" and "\name" are not absolute, and yet do not count from the folder.
  const fs::path path = entry.has_root_path()
                            ? fs::absolute(entry).lexically_normal().lexically_relative(
                                  fs::absolute(folder / "").lexically_normal())
                            : entry.lexically_normal();
  if (path.empty() || *path.begin() == "..") return {};
  return path.generic_string();
}

/// What the file system has at `path` below `folder`, with no symbolic link followed on the way.
fs::file_type type_below(const fs::path& folder, const fs::path& path, std::error_code& error) {
  fs::path reached = folder;
  fs::file_type type = fs::file_type::directory;
  for (const fs::path& name : path) {
    reached /= name;
    type = platform::entry_type(reached, error);
    if (type != fs::file_type::directory) break;
  }
  return type;
}

/// Ignore files, and whatever git keeps.
bool is_never_sent(const fs::path& path) {
  return path.filename() == kIgnoreFile ||
         std::any_of(path.begin(), path.end(),
                     [](const fs::path& name) { return ascii_lower(name.string()) == ".git"; });
}

/// A list made elsewhere, `find exports` for one, has names that count from there.
std::string why_missing(const std::string& entry, const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(entry, error))) return kNoSuchFile;
  return "No such file or directory in " + in_quotes(folder.string()) +
         ", but there is one here: names in a list are relative to --folder; omit --folder";
}

/// Throws where not one of the names can be sent.
void refuse_missed_list(const ScanResult& result, const fs::path& folder, std::size_t names) {
  const bool missed_all =
      result.files.empty() && names > 0 && result.skipped.size() == names &&
      std::all_of(result.skipped.begin(), result.skipped.end(),
                  [](const Skipped& file) { return file.cause == SkipCause::by_error; });
  if (!missed_all) return;
  const payload::SkippedFile& first = result.skipped.front().file;
  throw Error(ErrorCode::usage,
              fmt::format("--files-from: {} in the list, and none can be sent from {}; {}: {}",
                          counted(names, "name", "names"), in_quotes(folder.string()),
                          in_quotes(first.path), first.reason));
}

void add_listed(ScanResult& result, const std::string& entry, const fs::path& folder,
                const ScanRules& rules, const payload::Limits& limits) {
  const auto path = path_below(folder, entry);
  if (!path) {
    return skip(result, entry, "not below " + in_quotes(folder.string()), SkipCause::by_error);
  }
  if (is_never_sent(*path)) return skip(result, *path, kNeverSent, SkipCause::by_rule);
  if (platform::names_a_stream(*path)) return skip(result, *path, kIsStream, SkipCause::by_error);
  std::error_code error;
  const fs::file_type type = type_below(folder, *path, error);
  if (error || type == fs::file_type::not_found) {
    return skip(result, *path,
                type == fs::file_type::not_found ? why_missing(entry, folder) : reason_of(error),
                SkipCause::by_error);
  }
  if (type != fs::file_type::regular) {
    return skip(result, *path, "it is " + std::string(platform::kind_of(type)),
                SkipCause::by_error);
  }
  if (rules.patterns.verdict_on(*path) == patterns::Verdict::exclude) {
    return skip(result, *path, kExcluded, SkipCause::by_rule);
  }
  add_file(result, folder, *path, limits);
}

}  // namespace

ScanResult scan_list(std::string_view list, char separator, const fs::path& folder,
                     const ScanRules& rules, const payload::Limits& limits) {
  check_folder(folder);
  std::set<std::string> entries;
  while (!list.empty()) {
    platform::stop_soon_if_signalled();
    const std::size_t end = std::min(list.find(separator), list.size());
    std::string entry(list.substr(0, end));
    if (separator == '\n' && entry.ends_with('\r')) entry.pop_back();  // written on Windows
    if (!entry.empty()) entries.insert(path_below(folder, entry).value_or(entry));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  ScanResult result;
  for (const std::string& entry : entries) {
    platform::stop_soon_if_signalled();
    add_listed(result, entry, folder, rules, limits);
  }
  sort_by_path(result);
  refuse_missed_list(result, folder, entries.size());
  check_totals(result, limits);
  return result;
}

ScanResult scan_files(const std::vector<fs::path>& files, const payload::Limits& limits) {
  ScanResult result;
  for (const fs::path& file : files) {
    platform::stop_soon_if_signalled();
    std::error_code error;
    const fs::file_type type = platform::entry_type(file, error);
    if (file.filename() == kIgnoreFile) {
      skip(result, file.string(), kNeverSent, SkipCause::by_error);
    } else if (platform::names_a_stream(file)) {
      skip(result, file.string(), kIsStream, SkipCause::by_error);
    } else if (type == fs::file_type::not_found || type == fs::file_type::none) {
      skip(result, file.string(), error ? reason_of(error) : kNoSuchFile, SkipCause::by_error);
    } else if (type != fs::file_type::regular) {
      skip(result, file.string(),
           "it is " + std::string(platform::kind_of(type)) +
               (type == fs::file_type::directory ? ": send it with --folder" : ""),
           SkipCause::by_error);
    } else {
      add_file(result, file.parent_path(), file.filename().string(), limits);
    }
  }
  if (result.files.empty()) {
    const payload::SkippedFile& first = result.skipped.front().file;
    throw Error(ErrorCode::usage, "cannot send " + in_quotes(first.path) + ": " + first.reason);
  }
  result.files.sort_by_path();
  refuse_equal_names(result.files);
  check_totals(result, limits);
  return result;
}

}  // namespace healthmetric::select
