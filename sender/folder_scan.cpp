#include "sender/folder_scan.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <system_error>

#include "common/ascii.hpp"
#include "common/content_type.hpp"
#include "common/error.hpp"
#include "common/file_io.hpp"
#include "common/format.hpp"
#include "common/interruption.hpp"
#include "common/printable.hpp"
#include "sender/ignore_files.hpp"

namespace healthmetric {
namespace {

namespace fs = std::filesystem;

void leave_out(ScanResult& result, std::string path, std::string reason, LeftOut kind) {
  result.left_out.push_back({{std::move(path), std::move(reason)}, kind});
}

std::string_view kind_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::symlink:
      return "a symbolic link";
    case fs::file_type::fifo:
      return "a FIFO";
    case fs::file_type::socket:
      return "a socket";
    case fs::file_type::block:
    case fs::file_type::character:
      return "a device";
    case fs::file_type::directory:
      return "a folder";
    default:
      return "no regular file";
  }
}

constexpr const char* kNoSuchFile = "No such file or directory";
constexpr const char* kNeverSent = "never sent";

/// `folder` with a final slash, or empty for the current one.
std::string folder_prefix(const fs::path& folder) {
  return folder.empty() ? "" : (folder / "").string();
}

/// Why a regular file cannot go, as far as its name tells; empty for what is a RelativePath.
std::string name_fault(const std::string& name) {
  const std::string_view fault = RelativePath::fault_of(name);
  if (fault.empty()) return {};
  return "its path " + std::string(fault) + ": rename it, or leave it out with --exclude";
}

/// The default is the limit of GitHub; who raises it gets no further there.
std::string too_large(std::uint64_t limit_bytes) {
  return fmt::format("larger than {}{} (--max-file-size)", human_bytes(limit_bytes),
                     limit_bytes == Limits{}.max_file_bytes
                         ? ", which neither GitHub takes nor the receiver by default"
                         : "");
}

/// A folder's listing, asked for again where that was interrupted, as on network shares.
fs::directory_iterator list_folder(const fs::path& folder, std::error_code& error) {
  constexpr int kMostTries = 100;
  fs::directory_iterator listing(folder, error);
  for (int tries = 1; error == std::errc::interrupted && tries < kMostTries; ++tries) {
    listing = fs::directory_iterator(folder, error);
  }
  return listing;
}

/// Counts a file in, or leaves it out where it is gone or too large: then false.
bool count(ScanResult& result, const SourceFile& file, const Limits& limits) {
  std::error_code error;
  const std::uint64_t size = file_size(file.location(), error);
  if (!error && size <= limits.max_file_bytes) {
    result.size_bytes += size;
    return true;
  }
  leave_out(result, file.path.str(), error ? error.message() : too_large(limits.max_file_bytes),
            LeftOut::by_error);
  return false;
}

/// Adds a regular file that is to be sent, unless its size or name forbids it.
void add_file(ScanResult& result, const fs::path& folder, const std::string& name,
              const Limits& limits) {
  if (std::string fault = name_fault(name); !fault.empty()) {
    return leave_out(result, name, std::move(fault), LeftOut::by_error);
  }
  const std::string prefix = folder_prefix(folder);
  const SourceFile file{RelativePath::known(name), &prefix};
  if (count(result, file, limits)) result.files.add(file.path, prefix);
}

void check_totals(const ScanResult& result, const Limits& limits) {
  if (result.files.size() > limits.max_files) {
    throw Error(ErrorCode::usage,
                fmt::format("{} are more than one batch may hold ({}): send "
                            "sub-folders, or raise --max-files on both sides",
                            counted_files(result.files.size()), limits.max_files));
  }
  if (result.size_bytes > limits.max_batch_bytes) {
    throw Error(ErrorCode::usage,
                fmt::format("{} are more than one batch may hold ({}): send sub-folders, or raise "
                            "--max-batch-size on both sides",
                            human_bytes(result.size_bytes), human_bytes(limits.max_batch_bytes)));
  }
}

void sort_by_path(ScanResult& result) {
  result.files.sort_by_path();
  std::sort(result.left_out.begin(), result.left_out.end(),
            [](const LeftOutFile& a, const LeftOutFile& b) { return a.file.path < b.file.path; });
}

class FolderWalk {
 public:
  FolderWalk(const fs::path& folder, const ScanRules& rules, const Limits& limits)
      : rules_(rules), limits_(limits), folder_(folder_prefix(folder)) {}

  /// `prefix` is the folder's own path in the batch, "" or ending in "/".
  void walk(const fs::path& folder, const std::string& prefix) {
    std::error_code error;
    fs::directory_iterator entry = list_folder(folder, error);
    const bool is_open = !error;
    while (!error && entry != fs::directory_iterator()) {
      stop_soon_if_signalled();
      visit(*entry, prefix);
      entry.increment(error);
    }
    if (!error) return;
    const std::string reason =
        is_open ? "its listing broke off, files may be missing: " + error.message()
                : error.message();
    if (!prefix.empty()) return faults_.push_back({prefix, reason});
    // The whole of the source, which no pattern means.
    leave_out(result_, fs::path(folder_).parent_path().filename().string() + "/", reason,
              LeftOut::by_error);
  }

  ScanResult finish() {
    if (!ignore_files_.empty()) leave_out_ignored();
    result_.files.erase_if([&](const SourceFile& file) {
      stop_soon_if_signalled();
      return !count(result_, file, limits_);
    });
    for (SkippedFile& fault : faults_) {
      leave_out(result_, std::move(fault.path), std::move(fault.reason), LeftOut::by_error);
    }
    sort_by_path(result_);
    check_totals(result_, limits_);
    return std::move(result_);
  }

 private:
  void visit(const fs::directory_entry& entry, const std::string& prefix) {
    // path::filename() takes all of a path apart, which is half of the time a walk takes.
    const std::string& location = entry.path().native();
    const std::string_view name = std::string_view(location).substr(location.rfind('/') + 1);
    const std::string path = prefix + std::string(name);
    std::error_code error;
    const fs::file_type type = type_of(entry, error);
    if (error) return faults_.push_back({path, error.message()});
    if (name == kIgnoreFile) {
      // Whatever it is: what cannot be read must not count as if nothing stood there.
      return ignore_files_.push_back({prefix, entry.path()});
    }
    const bool is_hidden = name.front() == '.';
    if (is_hidden && (rules_.hidden == Hidden::leave_out || ascii_lower(name) == ".git")) {
      return leave_out(result_, path, kIsHidden, LeftOut::by_rule);
    }
    if (type == fs::file_type::directory) return enter(entry.path(), path);
    if (type != fs::file_type::regular) {
      return leave_out(result_, path, std::string(kind_of(type)), LeftOut::by_rule);
    }
    take(path);
  }

  /// As the folder's listing tells it, where it does.
  static fs::file_type type_of(const fs::directory_entry& entry, std::error_code& error) {
    if (entry.is_symlink(error)) return fs::file_type::symlink;
    if (entry.is_regular_file(error)) return fs::file_type::regular;
    if (entry.is_directory(error)) return fs::file_type::directory;
    return entry.symlink_status(error).type();
  }

  void enter(const fs::path& folder, const std::string& path) {
    if (rules_.subfolders == Subfolders::leave_out) {
      return leave_out(result_, path, "a sub-folder (--no-recursive)", LeftOut::by_rule);
    }
    if (rules_.patterns.excludes_all_below(path)) {
      return leave_out(result_, path, kExcluded, LeftOut::by_rule);
    }
    walk(folder, path + "/");
  }

  void take(const std::string& path) {
    const auto verdict = rules_.patterns.verdict_on(path);
    if (verdict == Verdict::exclude) {
      return leave_out(result_, path, kExcluded, LeftOut::by_rule);
    }
    if (!verdict && rules_.types == Types::supported &&
        !is_supported_extension(extension_of(path))) {
      return leave_out(result_, path, kUnsupportedType, LeftOut::by_rule);
    }
    if (std::string fault = name_fault(path); !fault.empty()) {
      return faults_.push_back({path, std::move(fault)});
    }
    result_.files.add(RelativePath::known(path), folder_);
  }

  void leave_out_ignored() {
    std::vector<std::string> paths;
    for (const SourceFile file : result_.files) paths.push_back(file.path.str());
    for (const SkippedFile& fault : faults_) paths.push_back(fault.path);
    const std::vector<std::string> ignored = ignored_paths(ignore_files_, paths);
    const auto is_ignored = [&](const std::string& path) {
      const bool ignore = std::binary_search(ignored.begin(), ignored.end(), path) &&
                          rules_.patterns.verdict_on(path) != Verdict::include;
      if (ignore) leave_out(result_, path, kIgnored, LeftOut::by_rule);
      return ignore;
    };
    result_.files.erase_if([&](const SourceFile& file) { return is_ignored(file.path.str()); });
    std::erase_if(faults_, [&](const SkippedFile& fault) { return is_ignored(fault.path); });
  }

  const ScanRules& rules_;
  const Limits& limits_;
  ScanResult result_;
  std::string folder_;
  /// What is wrong with a file counts once no ignore file names it. A folder has "/" at its end.
  std::vector<SkippedFile> faults_;
  std::vector<IgnoreFile> ignore_files_;
};

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

}  // namespace

namespace {

/// Throws Error{usage} when `folder` is no folder that can be read.
void check_folder(const fs::path& folder) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) {
    throw Error(ErrorCode::usage, "there is no folder " + in_quotes(folder.string()));
  }
  if (!fs::is_directory(status)) {
    throw Error(ErrorCode::usage,
                in_quotes(folder.string()) + " is no folder: send a file with --file");
  }
  const fs::directory_iterator readable = list_folder(folder, error);
  if (error) {
    throw Error(ErrorCode::usage,
                "cannot read the folder " + in_quotes(folder.string()) + ": " + error.message());
  }
}

/// `entry` as a path below `folder`; nothing when it lies elsewhere.
std::optional<std::string> path_below(const fs::path& folder, const fs::path& entry) {
  const fs::path path = entry.is_absolute() ? entry.lexically_normal().lexically_relative(
                                                  fs::absolute(folder / "").lexically_normal())
                                            : entry.lexically_normal();
  if (path.empty() || *path.begin() == "..") return {};
  return path.string();
}

/// What the file system has at `path` below `folder`, with no symbolic link followed on the way.
fs::file_type type_below(const fs::path& folder, const fs::path& path, std::error_code& error) {
  fs::path reached = folder;
  fs::file_type type = fs::file_type::directory;
  for (const fs::path& name : path) {
    reached /= name;
    type = fs::symlink_status(reached, error).type();
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
         ", but there is one here: names in a list count from --folder; leave that out";
}

/// Throws where not one of the names can be sent.
void refuse_missed_list(const ScanResult& result, const fs::path& folder, std::size_t names) {
  const bool missed_all =
      result.files.empty() && names > 0 && result.left_out.size() == names &&
      std::all_of(result.left_out.begin(), result.left_out.end(),
                  [](const LeftOutFile& file) { return file.kind == LeftOut::by_error; });
  if (!missed_all) return;
  const SkippedFile& first = result.left_out.front().file;
  throw Error(ErrorCode::usage,
              fmt::format("--files-from: {} in the list, and none can be sent from {}; {}: {}",
                          counted(names, "name", "names"), in_quotes(folder.string()),
                          in_quotes(first.path), first.reason));
}

void add_listed(ScanResult& result, const std::string& entry, const fs::path& folder,
                const ScanRules& rules, const Limits& limits) {
  const auto path = path_below(folder, entry);
  if (!path) {
    return leave_out(result, entry, "not below " + in_quotes(folder.string()), LeftOut::by_error);
  }
  if (is_never_sent(*path)) return leave_out(result, *path, kNeverSent, LeftOut::by_rule);
  std::error_code error;
  const fs::file_type type = type_below(folder, *path, error);
  if (error || type == fs::file_type::not_found) {
    return leave_out(
        result, *path,
        type == fs::file_type::not_found ? why_missing(entry, folder) : error.message(),
        LeftOut::by_error);
  }
  if (type != fs::file_type::regular) {
    return leave_out(result, *path, "it is " + std::string(kind_of(type)), LeftOut::by_error);
  }
  if (rules.patterns.verdict_on(*path) == Verdict::exclude) {
    return leave_out(result, *path, kExcluded, LeftOut::by_rule);
  }
  add_file(result, folder, *path, limits);
}

}  // namespace

ScanResult scan_folder(const fs::path& folder, const ScanRules& rules, const Limits& limits) {
  check_folder(folder);
  FolderWalk walk(folder, rules, limits);
  walk.walk(folder, "");
  return walk.finish();
}

ScanResult scan_list(std::string_view list, char separator, const fs::path& folder,
                     const ScanRules& rules, const Limits& limits) {
  check_folder(folder);
  std::set<std::string> entries;
  while (!list.empty()) {
    stop_soon_if_signalled();
    const std::size_t end = std::min(list.find(separator), list.size());
    std::string entry(list.substr(0, end));
    if (separator == '\n' && entry.ends_with('\r')) entry.pop_back();  // written on Windows
    if (!entry.empty()) entries.insert(path_below(folder, entry).value_or(entry));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  ScanResult result;
  for (const std::string& entry : entries) {
    stop_soon_if_signalled();
    add_listed(result, entry, folder, rules, limits);
  }
  sort_by_path(result);
  refuse_missed_list(result, folder, entries.size());
  check_totals(result, limits);
  return result;
}

ScanResult scan_files(const std::vector<fs::path>& files, const Limits& limits) {
  ScanResult result;
  for (const fs::path& file : files) {
    stop_soon_if_signalled();
    std::error_code error;
    const fs::file_status status = fs::symlink_status(file, error);
    if (file.filename() == kIgnoreFile) {
      leave_out(result, file.string(), kNeverSent, LeftOut::by_error);
    } else if (!fs::exists(status)) {
      leave_out(result, file.string(), error ? error.message() : kNoSuchFile, LeftOut::by_error);
    } else if (!fs::is_regular_file(status)) {
      leave_out(result, file.string(),
                "it is " + std::string(kind_of(status.type())) +
                    (fs::is_directory(status) ? ": send it with --folder" : ""),
                LeftOut::by_error);
    } else {
      add_file(result, file.parent_path(), file.filename().string(), limits);
    }
  }
  if (result.files.empty()) {
    const SkippedFile& first = result.left_out.front().file;
    throw Error(ErrorCode::usage, "cannot send " + in_quotes(first.path) + ": " + first.reason);
  }
  result.files.sort_by_path();
  refuse_equal_names(result.files);
  check_totals(result, limits);
  return result;
}

}  // namespace healthmetric
