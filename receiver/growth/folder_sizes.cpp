#include "receiver/growth/folder_sizes.hpp"

#include <functional>

namespace healthmetric::growth {

void FolderSizes::add(std::string_view path) {
  bool is_new_entry = true;
  std::size_t slash = path.rfind('/');
  while (is_new_entry && slash != std::string_view::npos) {
    const std::string_view folder = path.substr(0, slash + 1);
    const auto [place, is_new_folder] =
        entries_.try_emplace(std::hash<std::string_view>()(folder), 0);
    ++place->second;
    if (place->second > widest_.entries) widest_ = {std::string(folder), place->second};
    is_new_entry = is_new_folder;  // in the folder above it
    slash = slash == 0 ? std::string_view::npos : path.rfind('/', slash - 1);
  }
  if (entries_.size() > kMaxFolders) forget_small_ones();
}

void FolderSizes::forget_small_ones() {
  is_exact_ = false;
  for (std::uint32_t least = 16; entries_.size() > kMaxFolders / 2; least *= 4) {
    std::erase_if(entries_, [least](const auto& folder) { return folder.second < least; });
  }
}

}  // namespace healthmetric::growth
