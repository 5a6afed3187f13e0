#include <string_view>

#include "common/platform/folder_listing.hpp"

namespace healthmetric::platform {
namespace {

namespace fs = std::filesystem;

/// Repeated if it was interrupted, as happens on network shares.
fs::directory_iterator begin_of(const fs::path& folder, std::error_code& error) {
  constexpr int kMostTries = 100;
  fs::directory_iterator listing(folder, error);
  for (int tries = 1; error == std::errc::interrupted && tries < kMostTries; ++tries) {
    listing = fs::directory_iterator(folder, error);
  }
  return listing;
}

/// As the folder's listing tells it, where it does.
fs::file_type type_of(const fs::directory_entry& entry, std::error_code& error) {
  if (entry.is_symlink(error)) return fs::file_type::symlink;
  if (entry.is_regular_file(error)) return fs::file_type::regular;
  if (entry.is_directory(error)) return fs::file_type::directory;
  return entry.symlink_status(error).type();
}

}  // namespace

struct FolderListing::State {
  fs::directory_iterator place;
  bool has_begun = false;
  ListedEntry entry;
};

FolderListing::FolderListing(const fs::path& folder, std::error_code& error)
    : state_(std::make_unique<State>()) {
  state_->place = begin_of(folder, error);
}

FolderListing::~FolderListing() = default;

const ListedEntry* FolderListing::next(std::error_code& error) {
  auto& [place, has_begun, entry] = *state_;
  if (place == fs::directory_iterator()) return nullptr;
  if (has_begun) place.increment(error);
  has_begun = true;
  if (error || place == fs::directory_iterator()) return nullptr;
  // path::filename() takes all of a path apart, which is half of the time a walk takes.
  const std::string_view location = place->path().native();
  entry.name = location.substr(location.rfind('/') + 1);
  entry.type = type_of(*place, entry.error);
  return &entry;
}

}  // namespace healthmetric::platform
