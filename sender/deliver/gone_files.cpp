#include "sender/deliver/gone_files.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "common/platform/interruption.hpp"
#include "sender/pack/packed_files.hpp"

namespace healthmetric::deliver {
namespace {

/// What a scan found, by path.
class FoundPaths {
 public:
  FoundPaths(const select::ScanResult& scan, const pack::SourceFolder& source)
      : files_(scan.files) {
    const std::string name = std::filesystem::path(source.folder).filename().string();
    for (const select::Skipped& skipped : scan.skipped) {
      std::string path = skipped.file.path;
      // The listing of the source itself failed or broke off: its name stands for it.
      const bool is_source = path == name + "/" && skipped.cause == select::SkipCause::by_error;
      is_complete_ = is_complete_ && !is_source;
      if (path.ends_with('/')) path.pop_back();
      skipped_.insert(std::move(path));
    }
  }

  /// Asked in the order of paths.
  bool is_gone(const std::string& path) {
    while (next_ < files_.size() && files_[next_].path.str() < path) ++next_;
    if (next_ < files_.size() && files_[next_].path.str() == path) return false;
    return is_complete_ && !is_skipped(path);
  }

 private:
  /// Itself, or a folder that it is below.
  [[nodiscard]] bool is_skipped(const std::string& path) const {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      if (skipped_.contains(path.substr(0, slash))) return true;
    }
    return skipped_.contains(path);
  }

  const select::FileList& files_;
  std::size_t next_ = 0;
  std::set<std::string> skipped_;
  bool is_complete_ = true;
};

/// What the queued batches of a folder leave gone.
std::set<std::string> queued_as_gone(const pack::SourceFolder& source,
                                     const std::vector<outbox::OutboxEntry>& queued,
                                     const model::Target& target) {
  std::set<std::string> gone;
  for (const outbox::OutboxEntry& entry : queued) {
    if (!entry.target.same_destination(target)) continue;
    const auto record = pack::read_source_record(entry.folder);
    if (!record || !(record->source == source)) continue;
    const std::string prefix = source.location_of("");
    pack::for_each_packed_file(entry.folder, [&](const pack::PackedFileRecord& file) {
      if (file.location.starts_with(prefix)) gone.erase(file.location.substr(prefix.size()));
    });
    gone.insert(record->gone.begin(), record->gone.end());
  }
  return gone;
}

}  // namespace

GoneFiles find_gone(const select::ScanResult& scan, const pack::SourceFolder& source,
                    outbox::SentFiles& sent, const std::vector<outbox::OutboxEntry>& queued,
                    const model::Target& target) {
  FoundPaths found(scan, source);
  const std::set<std::string> already = queued_as_gone(source, queued, target);
  GoneFiles gone;
  sent.for_each_path(source, [&](const std::string& path) {
    platform::stop_soon_if_signalled();
    if (!found.is_gone(path)) {
      ++gone.left;
    } else if (!already.contains(path) && payload::RelativePath::fault_of(path).empty()) {
      gone.paths.push_back(payload::RelativePath::known(path));
    }
  });
  return gone;
}

}  // namespace healthmetric::deliver
