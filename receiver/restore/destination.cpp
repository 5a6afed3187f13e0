#include "receiver/restore/destination.hpp"

#include <algorithm>
#include <utility>

#include "common/archive/folder_calls.hpp"
#include "common/base/printable.hpp"
#include "common/codec/digest.hpp"

namespace healthmetric::restore {
namespace {

using platform::Folder;

constexpr std::string_view kNewFilePrefix = ".healthmetric-restoring-";

/// What file systems say of a name that they cannot hold: one with a colon, one that is too long in
/// their own encoding.
bool is_name_refused(const std::error_code& error) {
  return error == std::errc::invalid_argument || error == std::errc::filename_too_long ||
         error == std::errc::illegal_byte_sequence;
}

[[noreturn]] void throw_refused(const char* verb, const std::string& shown,
                                const std::string& reason) {
  throw NameRefused(std::string("cannot ") + verb + " " + in_quotes(shown) + ": " + reason);
}

void throw_if(const std::error_code& error, const char* verb, const std::string& shown) {
  if (is_name_refused(error)) throw_refused(verb, shown, error.message());
  archive::throw_if(error, verb, shown);
}

/// After creating a name in a folder that exists. Some file systems (exFAT with FUSE) say of a name
/// that they cannot hold that it is missing.
void throw_if_not_created(const std::error_code& error, const char* verb,
                          const std::string& shown) {
  if (error == std::errc::no_such_file_or_directory) {
    throw_refused(verb, shown, "the file system cannot hold this name");
  }
  throw_if(error, verb, shown);
}

void make_missing(const Folder& parent, const std::string& name, const std::string& shown) {
  std::error_code error;
  parent.create_folder(name, error);
  if (error != std::errc::file_exists) throw_if_not_created(error, "create", shown);
}

const std::filesystem::path& made(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  archive::throw_if(error, "create", folder.string());
  return folder;
}

/// The same for the same place, and another for any other.
std::string new_name(const payload::RelativePath& place) {
  codec::Sha256 digest;
  digest.update(place.str());
  return std::string(kNewFilePrefix) + digest.finish_hex().substr(0, 16);
}

}  // namespace

Destination::Destination(const std::filesystem::path& folder)
    : StorageReader(made(folder), Root::any_folder) {
  lock(Folder::Sharing::exclusive, "another restore");
  was_empty_ = names_in("").empty();
}

bool Destination::is_reserved(std::string_view path) {
  return path.starts_with(kNewFilePrefix) ||
         path.find("/" + std::string(kNewFilePrefix)) != std::string_view::npos;
}

const Folder& Destination::ensure_folder(std::string_view path) {
  if (const Folder* const opened = folder(path)) return *opened;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    const std::string_view above = path.substr(0, slash + 1);
    if (folder(above) != nullptr) continue;
    folder(above, make_missing);
    const std::size_t name = above.rfind('/', slash - 1) + 1;  // 0 in the root
    note_new_name(above.substr(0, name), above.substr(name, slash - name));
  }
  return *folder(path, make_missing);
}

const Destination::Names& Destination::names_in_folder(std::string_view folder) {
  const auto depth = static_cast<std::size_t>(std::count(folder.begin(), folder.end(), '/'));
  if (listings_.size() <= depth) listings_.resize(depth + 1);
  Listing& listing = listings_[depth];
  if (listing.names.empty() || listing.folder != folder) {
    const std::vector<std::string> names = names_in(folder);
    listing = {std::string(folder), Names(names.begin(), names.end())};
  }
  return listing.names;
}

void Destination::note_new_name(std::string_view folder, std::string_view name) {
  const auto depth = static_cast<std::size_t>(std::count(folder.begin(), folder.end(), '/'));
  if (depth >= listings_.size() || listings_[depth].names.empty()) return;
  if (listings_[depth].folder == folder) listings_[depth].names.emplace(name);
}

bool Destination::is_under_another_name(const payload::RelativePath& place) {
  const std::string& path = place.str();
  for (std::size_t start = 0; start < path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    if (!look_at(payload::RelativePath::known(path.substr(0, end)))) return false;
    const Names& names = names_in_folder(std::string_view(path).substr(0, start));
    if (!names.contains(path.substr(start, end - start))) return true;
    start = end + 1;
  }
  return false;
}

std::optional<std::filesystem::file_type> Destination::look_at(const payload::RelativePath& place) {
  const Folder* const opened = folder(place.directory());
  if (opened == nullptr) return {};
  std::error_code error;
  const platform::FolderEntry entry = opened->look_at(std::string(place.filename()), error);
  if (error == std::errc::no_such_file_or_directory) return {};
  throw_if(error, "read", full_path(place.str()));
  return entry.type;
}

void Destination::make_folder(const payload::RelativePath& folder) {
  ensure_folder(folder.str() + "/");
}

platform::OutputFile Destination::create(const payload::RelativePath& place,
                                         const std::string& name) {
  const std::string shown = full_path(place.str());
  const Folder& parent = ensure_folder(place.directory());
  std::error_code error;
  platform::Handle file = parent.create_file(name, error);
  if (error == std::errc::file_exists) {
    parent.remove_file(name, error);
    throw_if(error, "replace", full_path(std::string(place.directory()) + name));
    file = parent.create_file(name, error);
  }
  throw_if(error, "create", shown);
  return {std::move(file), shown};
}

Destination::NewFile::NewFile(Destination& destination, const payload::RelativePath& place)
    : destination_(destination),
      place_(place),
      name_(new_name(place)),
      out_(destination.create(place, name_)) {}

Destination::NewFile::~NewFile() {
  if (is_put_) return;
  out_.reset();  // its descriptor may be the last one
  try {
    std::error_code ignored;
    destination_.ensure_folder(place_.directory()).remove_file(name_, ignored);
  } catch (const std::exception&) {
    // What is left there the next run removes.
  }
}

void Destination::NewFile::finish(const platform::FileTime& modified, std::error_code& time_error) {
  out_->set_modified(modified, time_error);
  out_->close();
  out_.reset();
}

bool Destination::NewFile::put(Replace replace) {
  const Folder& folder = destination_.ensure_folder(place_.directory());
  const std::string name(place_.filename());
  std::error_code error;
  if (replace == Replace::yes) {
    folder.move(name_, folder, name, error);
  } else {
    folder.move_without_replacing(name_, folder, name, error);
  }
  if (error == std::errc::file_exists && replace == Replace::no) return false;
  throw_if_not_created(error, "write", destination_.full_path(place_.str()));
  destination_.note_new_name(place_.directory(), name);
  is_put_ = true;
  return true;
}

}  // namespace healthmetric::restore
