#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <system_error>

namespace healthmetric::platform {

/// What a folder's listing tells of an entry. No link is followed; on Windows a junction is one.
struct ListedEntry {
  std::string name;
  std::filesystem::file_type type = std::filesystem::file_type::none;
  std::error_code error;          ///< why its type is not known
  bool is_marked_hidden = false;  ///< by an attribute, as Windows has them
};

/// Reads the entries of a folder one after the other, without "." and "..", in any order. Its path
/// may be as long as the system lets paths be.
class FolderListing {
 public:
  /// `error` says why it cannot be read; then it has no entries.
  FolderListing(const std::filesystem::path& folder, std::error_code& error);
  ~FolderListing();
  FolderListing(const FolderListing&) = delete;
  FolderListing& operator=(const FolderListing&) = delete;

  /// The next entry, which is valid until the next call; null at the end, and, with `error`, where
  /// the listing breaks off.
  const ListedEntry* next(std::error_code& error);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace healthmetric::platform
