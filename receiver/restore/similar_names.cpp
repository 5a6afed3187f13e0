#include "receiver/restore/similar_names.hpp"

#include <functional>
#include <string_view>

#include "common/base/unicode.hpp"

namespace healthmetric::restore {
namespace {

std::size_t hash_of(std::string_view text) {
  return std::hash<std::string_view>()(text);
}

/// The same for all paths that are similar.
std::string key_of(const std::string& path) {
  std::string key;
  const std::string folded = case_folded(path);
  for (std::string_view rest = folded; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    std::string_view name = rest.substr(0, slash);
    while (name.ends_with('.') || name.ends_with(' ')) name.remove_suffix(1);
    key.append(name);
    if (slash == std::string_view::npos) break;
    key += '/';
    rest.remove_prefix(slash + 1);
  }
  return key;
}

}  // namespace

bool SimilarNames::note_folders(const std::string& key) {
  bool is_similar = false;
  for (std::size_t slash = key.find('/'); slash != std::string::npos;
       slash = key.find('/', slash + 1)) {
    const std::size_t folder = hash_of(std::string_view(key).substr(0, slash));
    is_similar = is_similar || files_.contains(folder);
    folders_.insert(folder);
  }
  return is_similar;
}

bool SimilarNames::note(const std::string& path) {
  const std::string key = key_of(path);
  const bool is_below_a_file = note_folders(key);
  const std::size_t file = hash_of(key);
  const bool is_new = files_.insert(file);
  return is_below_a_file || !is_new || folders_.contains(file);
}

}  // namespace healthmetric::restore
