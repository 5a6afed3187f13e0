#include "common/select/file_list.hpp"

#include <algorithm>

namespace healthmetric::select {
namespace {

constexpr std::size_t kTextBytes = std::size_t{64} * 1024;

}  // namespace

void FileList::add(const payload::RelativePath& path, std::string_view folder) {
  if (folders_.empty() || folders_.back() != folder) folders_.emplace_back(folder);
  append(path.str(), static_cast<std::uint32_t>(folders_.size() - 1));
}

/// A block is never written beyond its capacity, so that it is not moved.
void FileList::append(std::string_view path, std::uint32_t folder) {
  if (texts_.empty() || texts_.back().size() + path.size() > texts_.back().capacity()) {
    texts_.emplace_back().reserve(std::max(kTextBytes, path.size()));
  }
  std::string& text = texts_.back();
  text += path;
  entries_.push_back(
      {text.data() + text.size() - path.size(), static_cast<std::uint32_t>(path.size()), folder});
}

SourceFile FileList::file_of(const Entry& entry) const {
  return {payload::RelativePath::known(std::string(entry.text())),
          entry.folder == kNowhere ? nullptr : &folders_[entry.folder]};
}

SourceFile FileList::operator[](std::size_t index) const {
  return file_of(entries_[index]);
}

void FileList::sort_by_path() {
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry& a, const Entry& b) { return a.text() < b.text(); });
}

}  // namespace healthmetric::select
