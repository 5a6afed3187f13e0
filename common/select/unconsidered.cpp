#include "common/select/unconsidered.hpp"

#include <string_view>
#include <system_error>
#include <unordered_set>

#include "common/base/ascii.hpp"
#include "common/base/printable.hpp"
#include "common/payload/relative_path.hpp"
#include "common/platform/file_kind.hpp"
#include "common/platform/folder_listing.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/log.hpp"

namespace healthmetric::select {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostTypes = 1000;
/// Deeper than any path that a file system gives out.
constexpr int kMostLevels = 2000;

/// "symbolic link" of "a symbolic link".
std::string_view without_article(std::string_view kind) {
  return kind.starts_with("a ") ? kind.substr(2) : kind;
}

class Count {
 public:
  explicit Count(const ScanResult& scan) {
    for (const SourceFile file : scan.files) considered_.insert(file.path.str());
    for (const Skipped& skipped : scan.skipped) {
      if (skipped.cause == SkipCause::by_error) considered_.insert(skipped.file.path);
    }
  }

  /// `prefix` is the folder's own path, "" or ending in "/".
  void walk(const fs::path& folder, const std::string& prefix, int level) {
    std::error_code error;
    platform::FolderListing listing(folder, error);
    while (const platform::ListedEntry* entry = listing.next(error)) {
      platform::stop_soon_if_signalled();
      visit(folder, *entry, prefix, level);
    }
    if (error && !considered_.contains(prefix)) add(kUnreadableFolder);
  }

  [[nodiscard]] FilesByType result() const { return counts_; }

 private:
  void visit(const fs::path& folder, const platform::ListedEntry& entry, const std::string& prefix,
             int level) {
    const std::string path = prefix + entry.name;
    if (entry.type == fs::file_type::directory) {
      if (level == kMostLevels) return add(kUnreadableFolder);
      return walk(folder / entry.name, path + "/", level + 1);
    }
    if (considered_.contains(path)) return;
    log::debug("not considered: " + in_quotes(path));
    if (entry.type != fs::file_type::regular) {
      return add(std::string(without_article(platform::kind_of(entry.type))));
    }
    const std::string extension = ascii_lower(payload::extension_of(path));
    add(extension.empty() ? kNoExtension : extension);
  }

  void add(const std::string& type) {
    const bool is_one_too_many = counts_.size() >= kMostTypes && !counts_.contains(type);
    ++counts_[is_one_too_many ? kOtherTypes : type];
  }

  std::unordered_set<std::string> considered_;
  FilesByType counts_;
};

}  // namespace

FilesByType unconsidered_files(const fs::path& folder, const ScanResult& scan) {
  Count count(scan);
  count.walk(folder, "", 0);
  return count.result();
}

}  // namespace healthmetric::select
