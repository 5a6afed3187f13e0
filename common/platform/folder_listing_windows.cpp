#include <string_view>

#include "common/platform/folder_listing.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {
namespace {

namespace fs = std::filesystem;

/// What FindFirstFileExW() takes for all entries of a folder.
std::wstring all_in(const fs::path& folder) {
  const std::wstring location = system_path(folder.empty() ? fs::path(".") : folder);
  return location + (location.ends_with(L'\\') ? L"*" : L"\\*");
}

bool is_the_folder_or_its_parent(std::wstring_view name) {
  return name == L"." || name == L"..";
}

fs::file_type type_of(const WIN32_FIND_DATAW& found) {
  if (is_link(found.dwFileAttributes, found.dwReserved0)) return fs::file_type::symlink;
  return (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) != 0 ? fs::file_type::directory
                                                                  : fs::file_type::regular;
}

/// A name that is not valid UTF-16 has none in UTF-8 that leads back to it.
ListedEntry entry_of(const WIN32_FIND_DATAW& found) {
  constexpr DWORD kHidden = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM;
  std::string name = to_utf8(found.cFileName);
  std::error_code error;
  if (to_wide(name) != found.cFileName) {
    error = std::make_error_code(std::errc::illegal_byte_sequence);
  }
  return {std::move(name), type_of(found), error, (found.dwFileAttributes & kHidden) != 0};
}

}  // namespace

struct FolderListing::State {
  HANDLE search = INVALID_HANDLE_VALUE;
  WIN32_FIND_DATAW found{};
  bool is_found = false;  // and not yet told
  ListedEntry entry;
};

FolderListing::FolderListing(const fs::path& folder, std::error_code& error)
    : state_(std::make_unique<State>()) {
  error.clear();
  state_->search = ::FindFirstFileExW(all_in(folder).c_str(), FindExInfoBasic, &state_->found,
                                      FindExSearchNameMatch, nullptr, FIND_FIRST_EX_LARGE_FETCH);
  state_->is_found = state_->search != INVALID_HANDLE_VALUE;
  // An empty drive has not even the two entries that every other folder has.
  if (!state_->is_found && ::GetLastError() != ERROR_FILE_NOT_FOUND) error = last_error();
}

FolderListing::~FolderListing() {
  if (state_->search != INVALID_HANDLE_VALUE) ::FindClose(state_->search);
}

const ListedEntry* FolderListing::next(std::error_code& error) {
  auto& [search, found, is_found, entry] = *state_;
  if (search == INVALID_HANDLE_VALUE) return nullptr;
  do {
    if (!is_found && ::FindNextFileW(search, &found) == 0) {
      if (::GetLastError() != ERROR_NO_MORE_FILES) error = last_error();
      return nullptr;
    }
    is_found = false;
  } while (is_the_folder_or_its_parent(found.cFileName));
  entry = entry_of(found);
  return &entry;
}

}  // namespace healthmetric::platform
