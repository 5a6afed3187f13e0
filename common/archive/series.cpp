#include "common/archive/series.hpp"

#include <algorithm>
#include <compare>
#include <map>
#include <numeric>
#include <string_view>
#include <tuple>

namespace healthmetric::archive {
namespace {

using Why = HiddenFile::Why;
using Tree = std::map<std::string, Version>;

/// The files of one tree, from those of its series.
class TreeBuilder {
 public:
  TreeBuilder(const std::vector<SeriesBatch>& batches, SeriesState& state)
      : batches_(batches), state_(state) {}

  /// The next batch of the series that is open.
  void take(std::size_t index) {
    const SeriesBatch& batch = batches_[index];
    for (const std::string& path : batch.gone) series_.erase(path);
    for (std::size_t file = 0; file < batch.files.size(); ++file) {
      const Version version{index, file};
      clear_way(series_, batch.files[file], version);
      series_[batch.files[file]] = version;
    }
  }

  void end_series() {
    for (const auto& [path, version] : series_) join(path, version);
    series_.clear();
  }

  void end_tree() {
    for (const auto& [path, version] : tree_) state_.files.push_back({path, version});
    std::sort(hidden_.begin(), hidden_.end(), [](const HiddenFile& a, const HiddenFile& b) {
      return std::tie(a.path, a.version.batch) < std::tie(b.path, b.version.batch);
    });
    state_.hidden.insert(state_.hidden.end(), hidden_.begin(), hidden_.end());
    tree_.clear();
    hidden_.clear();
  }

 private:
  [[nodiscard]] bool is_later(Version a, Version b) const {
    const auto rank = [&](Version version) {
      const SeriesBatch& batch = batches_[version.batch];
      return std::tie(batch.processed_at, batch.batch_id);
    };
    return rank(a) > rank(b);
  }

  /// Hides what cannot be beside a file of that path: one that its folder is, or what is below it.
  void clear_way(Tree& tree, const std::string& path, Version version) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      hide(tree, tree.find(path.substr(0, slash)), version, Why::file_or_folder);
    }
    for (auto below = first_below(tree, path); below != tree.end();
         below = first_below(tree, path)) {
      hide(tree, below, version, Why::file_or_folder);
    }
  }

  static Tree::iterator first_below(Tree& tree, const std::string& path) {
    const std::string folder = path + "/";
    const auto found = tree.lower_bound(folder);
    return found != tree.end() && found->first.starts_with(folder) ? found : tree.end();
  }

  void hide(Tree& tree, Tree::iterator file, Version by, Why why) {
    if (file == tree.end()) return;
    hidden_.push_back({file->first, file->second, by, why});
    tree.erase(file);
  }

  /// A file of a series beside those of the series before it.
  void join(const std::string& path, Version version) {
    const auto same = tree_.find(path);
    if (same != tree_.end()) {
      if (is_later(same->second, version)) {
        return hidden_.push_back({path, version, same->second, Why::other_series});
      }
      hide(tree_, same, version, Why::other_series);
    } else if (const auto newer = newer_in_the_way(path, version)) {
      return hidden_.push_back({path, version, *newer, Why::file_or_folder});
    }
    clear_way(tree_, path, version);
    tree_[path] = version;
  }

  [[nodiscard]] std::optional<Version> newer_in_the_way(const std::string& path, Version version) {
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      const auto file = tree_.find(path.substr(0, slash));
      if (file != tree_.end() && is_later(file->second, version)) return file->second;
    }
    const std::string folder = path + "/";
    for (auto below = tree_.lower_bound(folder);
         below != tree_.end() && below->first.starts_with(folder); ++below) {
      if (is_later(below->second, version)) return below->second;
    }
    return {};
  }

  const std::vector<SeriesBatch>& batches_;
  SeriesState& state_;
  Tree series_;
  Tree tree_;
  std::vector<HiddenFile> hidden_;
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

SeriesState state_at(const std::vector<SeriesBatch>& batches, std::chrono::sys_seconds at) {
  SeriesState state;
  TreeBuilder tree(batches, state);
  const SeriesKey* before = nullptr;
  for (const std::size_t index : in_order(batches)) {
    const SeriesBatch& batch = batches[index];
    if (batch.processed_at > at) continue;
    if (before != nullptr && *before != batch.key) {
      tree.end_series();
      if (!before->is_of_tree(batch.key)) tree.end_tree();
    }
    tree.take(index);
    before = &batch.key;
  }
  tree.end_series();
  tree.end_tree();
  return state;
}

}  // namespace healthmetric::archive
