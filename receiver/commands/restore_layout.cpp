#include "receiver/commands/restore_layout.hpp"

#include <set>

#include "common/base/format.hpp"
#include "common/base/unicode.hpp"
#include "receiver/unpack/path_component.hpp"

namespace healthmetric::receiver {
namespace {

std::string as_folder(const std::string& name) {
  std::string text = with_letters_alone(name.empty() ? "unknown" : name, "._-");
  if (text.front() == '.') text.front() = '_';  // or it is hidden, or leads upwards
  const std::size_t size = text.size();
  const unpack::PathComponent folder = unpack::portable({std::move(text), 0, size});
  return unpack::with_suffix(folder, "").text;
}

class UniqueFolders {
 public:
  /// "a/b/", or "a/b~2/" if that is taken, also by a name that differs in case only.
  std::string add(const std::string& folder) {
    std::string free = folder + "/";
    unsigned& number = numbers_.try_emplace(case_folded(folder), 1).first->second;
    while (!taken_.insert(case_folded(free)).second) {
      free = fmt::format("{}~{}/", folder, ++number);
    }
    return free;
  }

 private:
  std::set<std::string> taken_;
  std::map<std::string, unsigned> numbers_;  ///< the last one of each folder
};

}  // namespace

RestoreLayout::RestoreLayout(const std::vector<archive::SeriesBatch>& batches,
                             std::chrono::sys_seconds at, Form form) {
  for (const archive::SeriesBatch& batch : batches) {
    if (batch.processed_at <= at) folders_[{batch.key.producer, batch.key.batch_name}] = "";
  }
  if (form == Form::flat || folders_.size() < 2) return;
  UniqueFolders unique;
  for (auto& [tree, folder] : folders_) {
    folder = unique.add(as_folder(tree.first) + "/" + as_folder(tree.second));
  }
}

const std::string& RestoreLayout::folder_of(const archive::SeriesKey& key) const {
  return folders_.at({key.producer, key.batch_name});
}

std::string FlatClaims::claim(const std::string& path, const std::string& tree,
                              const std::string& sha256) {
  const auto same = claims_.find(path);
  if (same != claims_.end()) return same->second.sha256 == sha256 ? "" : same->second.tree;
  for (std::size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    const auto above = claims_.find(path.substr(0, slash));
    if (above != claims_.end()) return above->second.tree;
  }
  const std::string folder = path + "/";
  const auto below = claims_.lower_bound(folder);
  if (below != claims_.end() && below->first.starts_with(folder)) return below->second.tree;
  claims_.emplace(path, Claim{tree, sha256});
  return "";
}

}  // namespace healthmetric::receiver
