#include "common/select/folder_scan.hpp"

#include <algorithm>
#include <system_error>

#include "common/base/ascii.hpp"
#include "common/base/format.hpp"
#include "common/base/system_error.hpp"
#include "common/payload/content_type.hpp"
#include "common/platform/file_kind.hpp"
#include "common/platform/folder_listing.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/log.hpp"
#include "common/select/found_file.hpp"
#include "common/select/ignore_files.hpp"

namespace healthmetric::select {
namespace {

namespace fs = std::filesystem;

class FolderWalk {
 public:
  FolderWalk(const fs::path& folder, const ScanRules& rules, const payload::Limits& limits)
      : rules_(rules), limits_(limits), folder_(folder_prefix(folder)) {}

  /// `prefix` is the folder's own path in the batch, "" or ending in "/".
  void walk(const fs::path& folder, const std::string& prefix) {
    std::error_code error;
    platform::FolderListing listing(folder, error);
    const bool is_open = !error;
    bool is_empty = is_open;
    while (const platform::ListedEntry* entry = listing.next(error)) {
      platform::stop_soon_if_signalled();
      is_empty = false;
      visit(folder, *entry, prefix);
    }
    if (is_empty && !error) note_empty(prefix);
    if (!error) return;
    const std::string reason =
        is_open ? "its listing broke off, files may be missing: " + reason_of(error)
                : reason_of(error);
    if (!prefix.empty()) return faults_.push_back({prefix, reason});
    // The whole of the source, which no pattern means.
    skip(result_, fs::path(folder_).parent_path().filename().string() + "/", reason,
         SkipCause::by_error);
  }

  ScanResult finish() {
    if (!ignore_files_.empty()) skip_ignored();
    result_.files.erase_if([&](const SourceFile& file) {
      platform::stop_soon_if_signalled();
      return !count_file(result_, file, limits_);
    });
    for (payload::SkippedFile& fault : faults_) {
      skip(result_, std::move(fault.path), std::move(fault.reason), SkipCause::by_error);
    }
    sort_by_path(result_);
    keep_as_many_folders_as_go();
    check_totals(result_, limits_);
    return std::move(result_);
  }

 private:
  void visit(const fs::path& folder, const platform::ListedEntry& entry,
             const std::string& prefix) {
    const std::string path = prefix + entry.name;
    if (entry.error) return faults_.push_back({path, reason_of(entry.error)});
    if (entry.name == kIgnoreFile) {
      // Whatever it is: what cannot be read must not count as if nothing stood there.
      return ignore_files_.push_back({prefix, folder / entry.name});
    }
    const bool is_hidden = entry.name.front() == '.' || entry.is_marked_hidden;
    if (is_hidden && (rules_.hidden == Hidden::skip || ascii_lower(entry.name) == ".git")) {
      return skip(result_, path, kIsHidden, SkipCause::by_rule);
    }
    if (entry.type == fs::file_type::directory) return enter(folder / entry.name, path);
    if (entry.type != fs::file_type::regular) {
      return skip(result_, path, std::string(platform::kind_of(entry.type)), SkipCause::by_rule);
    }
    take(path);
  }

  /// `prefix` is "" for the source itself, which is no folder in the batch.
  void note_empty(const std::string& prefix) {
    if (prefix.empty()) return;
    const std::string path = prefix.substr(0, prefix.size() - 1);
    if (name_fault(path).empty()) {
      result_.empty_folders.push_back(payload::RelativePath::known(path));
    }
  }

  void enter(const fs::path& folder, const std::string& path) {
    if (rules_.subfolders == Subfolders::skip) {
      return skip(result_, path, "a sub-folder (--no-recursive)", SkipCause::by_rule);
    }
    if (rules_.patterns.excludes_all_below(path)) {
      return skip(result_, path, kExcluded, SkipCause::by_rule);
    }
    walk(folder, path + "/");
  }

  void take(const std::string& path) {
    const auto verdict = rules_.patterns.verdict_on(path);
    if (verdict == patterns::Verdict::exclude) {
      return skip(result_, path, kExcluded, SkipCause::by_rule);
    }
    if (!verdict && rules_.types == Types::supported &&
        !payload::is_supported_extension(payload::extension_of(path))) {
      return skip(result_, path, kUnsupportedType, SkipCause::by_rule);
    }
    if (std::string fault = name_fault(path); !fault.empty()) {
      return faults_.push_back({path, std::move(fault)});
    }
    result_.files.add(payload::RelativePath::known(path), folder_);
  }

  void keep_as_many_folders_as_go() {
    auto& folders = result_.empty_folders;
    std::sort(folders.begin(), folders.end());
    if (folders.size() <= payload::kMaxListedPaths) return;
    log::warning(fmt::format("there are {} empty folders: only the first {} are sent",
                             folders.size(), payload::kMaxListedPaths));
    folders.erase(folders.begin() + static_cast<std::ptrdiff_t>(payload::kMaxListedPaths),
                  folders.end());
  }

  void skip_ignored() {
    std::vector<std::string> paths;
    for (const SourceFile file : result_.files) paths.push_back(file.path.str());
    for (const payload::SkippedFile& fault : faults_) paths.push_back(fault.path);
    const std::vector<std::string> ignored = ignored_paths(ignore_files_, paths);
    const auto is_ignored = [&](const std::string& path) {
      const bool ignore = std::binary_search(ignored.begin(), ignored.end(), path) &&
                          rules_.patterns.verdict_on(path) != patterns::Verdict::include;
      if (ignore) skip(result_, path, kIgnored, SkipCause::by_rule);
      return ignore;
    };
    result_.files.erase_if([&](const SourceFile& file) { return is_ignored(file.path.str()); });
    std::erase_if(faults_,
                  [&](const payload::SkippedFile& fault) { return is_ignored(fault.path); });
  }

  const ScanRules& rules_;
  const payload::Limits& limits_;
  ScanResult result_;
  std::string folder_;
  /// What is wrong with a file counts once no ignore file names it. A folder has "/" at its end.
  std::vector<payload::SkippedFile> faults_;
  std::vector<IgnoreFile> ignore_files_;
};

}  // namespace

ScanResult scan_folder(const fs::path& folder, const ScanRules& rules,
                       const payload::Limits& limits) {
  check_folder(folder);
  FolderWalk walk(folder, rules, limits);
  walk.walk(folder, "");
  return walk.finish();
}

}  // namespace healthmetric::select
