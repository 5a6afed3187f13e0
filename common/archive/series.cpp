#include "common/archive/series.hpp"

#include <algorithm>
#include <compare>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

namespace healthmetric::archive {
namespace {

using Why = HiddenFile::Why;
using Files = std::map<std::string, CurrentFile>;

/// The files of one tree, from those of its series.
class TreeBuilder {
 public:
  explicit TreeBuilder(const std::vector<SeriesBatch>& batches) : batches_(batches) {}

  /// The next batch of the series that is open.
  void take(std::size_t batch, BatchContent content) {
    for (const std::string& path : content.gone) series_.erase(path);
    for (RecordedFile& file : content.files) {
      clear_way(series_, file.path, batch);
      std::string path = file.path;
      series_.insert_or_assign(series_.end(), std::move(path), CurrentFile{std::move(file), batch});
    }
    series_folders_ = std::move(content.folders);
  }

  void end_series() {
    all_series_.push_back(std::move(series_));
    series_.clear();
    folders_.insert(series_folders_.begin(), series_folders_.end());
    series_folders_.clear();
  }

  Tree end_tree(const SeriesKey& key) {
    join_series();
    std::erase_if(folders_, [&](const std::string& folder) {
      return files_.contains(folder) || file_above(folder) != files_.end();
    });
    Tree tree{key.producer, key.batch_name, {}, std::move(hidden_), std::move(folders_)};
    tree.files.reserve(files_.size());
    for (auto& [path, file] : files_) tree.files.push_back(std::move(file));
    std::sort(tree.hidden.begin(), tree.hidden.end(), [](const HiddenFile& a, const HiddenFile& b) {
      return std::tie(a.path, a.batch) < std::tie(b.path, b.batch);
    });
    files_.clear();
    hidden_.clear();
    folders_.clear();
    return tree;
  }

 private:
  /// Hides what cannot be beside a file of that path: one that its folder is, or what is below it.
  void clear_way(Files& files, const std::string& path, std::size_t batch) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      hide(files, files.find(path.substr(0, slash)), batch, Why::file_or_folder);
    }
    for (auto below = first_below(files, path); below != files.end();
         below = first_below(files, path)) {
      hide(files, below, batch, Why::file_or_folder);
    }
  }

  static Files::const_iterator first_below(const Files& files, const std::string& path) {
    const std::string folder = path + "/";
    const auto found = files.lower_bound(folder);
    return found != files.end() && found->first.starts_with(folder) ? found : files.end();
  }

  void hide(Files& files, Files::const_iterator file, std::size_t by, Why why) {
    if (file == files.end()) return;
    hidden_.push_back({file->first, file->second.batch, by, why});
    files.erase(file);
  }

  /// From the newest file to the oldest: what is in the way of one stays, so the order of the
  /// series does not matter.
  void join_series() {
    if (all_series_.size() == 1) files_.swap(all_series_.front());
    std::vector<CurrentFile> all;
    for (Files& series : all_series_) {
      for (auto& [path, file] : series) all.push_back(std::move(file));
    }
    all_series_.clear();
    std::sort(all.begin(), all.end(), [&](const CurrentFile& a, const CurrentFile& b) {
      const SeriesBatch& left = batches_[a.batch];
      const SeriesBatch& right = batches_[b.batch];
      return std::tie(left.processed_at, left.batch_id) >
             std::tie(right.processed_at, right.batch_id);
    });
    for (CurrentFile& file : all) join(std::move(file));
  }

  void join(CurrentFile file) {
    const std::string path = file.file.path;
    const auto same = files_.find(path);
    if (same != files_.end()) {
      return hidden_.push_back({path, file.batch, same->second.batch, Why::other_series});
    }
    auto other = file_above(path);
    if (other == files_.end()) other = first_below(files_, path);
    if (other != files_.end()) {
      return hidden_.push_back({path, file.batch, other->second.batch, Why::file_or_folder});
    }
    files_.emplace(path, std::move(file));
  }

  [[nodiscard]] Files::const_iterator file_above(const std::string& path) const {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      const auto file = files_.find(path.substr(0, slash));
      if (file != files_.end()) return file;
    }
    return files_.end();
  }

  const std::vector<SeriesBatch>& batches_;
  Files series_;
  std::vector<std::string> series_folders_;
  std::vector<Files> all_series_;
  Files files_;
  std::vector<HiddenFile> hidden_;
  std::set<std::string> folders_;
};

}  // namespace

std::vector<std::size_t> in_order(const std::vector<SeriesBatch>& batches) {
  std::vector<std::size_t> order(batches.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t left, std::size_t right) {
    const SeriesBatch& a = batches[left];
    const SeriesBatch& b = batches[right];
    return std::tie(a.key, a.sequence, a.processed_at, a.batch_id) <
           std::tie(b.key, b.sequence, b.processed_at, b.batch_id);
  });
  return order;
}

void for_each_tree(const std::vector<SeriesBatch>& batches, std::chrono::sys_seconds at,
                   const ReadContent& read, const TreeHandler& use) {
  TreeBuilder tree(batches);
  const SeriesKey* before = nullptr;
  for (const std::size_t index : in_order(batches)) {
    const SeriesBatch& batch = batches[index];
    if (batch.processed_at > at) continue;
    if (before != nullptr && *before != batch.key) {
      tree.end_series();
      if (!before->same_tree(batch.key)) use(tree.end_tree(*before));
    }
    tree.take(index, read(index));
    before = &batch.key;
  }
  if (before == nullptr) return;
  tree.end_series();
  use(tree.end_tree(*before));
}

}  // namespace healthmetric::archive
