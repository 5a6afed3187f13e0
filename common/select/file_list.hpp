#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "common/payload/relative_path.hpp"

namespace healthmetric::select {

/// One thing to send.
struct SourceFile {
  payload::RelativePath path;           ///< its name in the batch
  const std::string* folder = nullptr;  ///< that `path` is below; null: it is in memory only

  [[nodiscard]] bool is_in_memory() const { return folder == nullptr; }

  /// On this machine; empty when it is in memory only.
  [[nodiscard]] std::string location() const {
    return is_in_memory() ? std::string() : *folder + path.str();
  }
};

/// The files of a batch. There may be a hundred thousand, so a path takes its length and sixteen
/// bytes; a SourceFile is made when one is accessed, and valid as long as the list.
class FileList {
 public:
  class Iterator {
   public:
    Iterator(const FileList& list, std::size_t index) : list_(&list), index_(index) {}
    SourceFile operator*() const { return (*list_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const FileList* list_;
    std::size_t index_;
  };

  /// Adds a file below `folder`, which is empty or ends in "/".
  void add(const payload::RelativePath& path, std::string_view folder);

  /// Adds one that is in memory only.
  void add(const payload::RelativePath& path) { append(path.str(), kNowhere); }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] SourceFile operator[](std::size_t index) const;
  [[nodiscard]] Iterator begin() const { return {*this, 0}; }
  [[nodiscard]] Iterator end() const { return {*this, size()}; }

  void sort_by_path();

  /// Removes the files for which `is_unwanted(file)`, called in their order; returns how many.
  template <typename Predicate>
  std::size_t erase_if(Predicate is_unwanted) {
    return std::erase_if(entries_, [&](const Entry& entry) { return is_unwanted(file_of(entry)); });
  }

 private:
  static constexpr std::uint32_t kNowhere = UINT32_MAX;

  struct Entry {
    const char* path;
    std::uint32_t path_bytes;
    std::uint32_t folder;

    [[nodiscard]] std::string_view text() const { return {path, path_bytes}; }
  };

  void append(std::string_view path, std::uint32_t folder);
  [[nodiscard]] SourceFile file_of(const Entry& entry) const;

  // Deques: what was added stays where it is.
  std::deque<std::string> texts_;  ///< paths one after the other, in blocks
  std::deque<std::string> folders_;
  std::deque<Entry> entries_;
};

}  // namespace healthmetric::select
