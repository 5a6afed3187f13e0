#include "common/select/unconsidered.hpp"

#include <string_view>
#include <system_error>
#include <unordered_set>

#include "common/base/ascii.hpp"
#include "common/base/printable.hpp"
#include "common/payload/relative_path.hpp"
#include "common/platform/file_kind.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/log.hpp"
#include "common/select/found_file.hpp"

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
    fs::directory_iterator entry = list_folder(folder, error);
    while (!error && entry != fs::directory_iterator()) {
      platform::stop_soon_if_signalled();
      visit(*entry, prefix, level);
      entry.increment(error);
    }
    if (error && !considered_.contains(prefix)) add(kUnreadableFolder);
  }

  [[nodiscard]] FilesByType result() const { return counts_; }

 private:
  void visit(const fs::directory_entry& entry, const std::string& prefix, int level) {
    const std::string path = prefix + entry.path().filename().string();
    std::error_code error;
    const fs::file_type type = entry.symlink_status(error).type();
    if (type == fs::file_type::directory) {
      if (level == kMostLevels) return add(kUnreadableFolder);
      return walk(entry.path(), path + "/", level + 1);
    }
    if (considered_.contains(path)) return;
    log::debug("not considered: " + in_quotes(path));
    if (type != fs::file_type::regular) {
      return add(std::string(without_article(platform::kind_of(type))));
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
