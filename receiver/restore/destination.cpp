#include "receiver/restore/destination.hpp"

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

void throw_if(const std::error_code& error, const char* verb, const std::string& shown) {
  if (!is_name_refused(error)) return archive::throw_if(error, verb, shown);
  throw NameRefused(std::string("cannot ") + verb + " " + in_quotes(shown) + ": " +
                    error.message());
}

void make_missing(const Folder& parent, const std::string& name, const std::string& shown) {
  std::error_code error;
  parent.create_folder(name, error);
  if (error != std::errc::file_exists) throw_if(error, "create", shown);
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
  lock(Folder::Sharing::exclusive);
}

bool Destination::is_reserved(std::string_view path) {
  return path.starts_with(kNewFilePrefix) ||
         path.find("/" + std::string(kNewFilePrefix)) != std::string_view::npos;
}

const Folder& Destination::ensure_folder(std::string_view path) {
  return *folder(path, make_missing);
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
  try {
    std::error_code ignored;
    destination_.ensure_folder(place_.directory()).remove_file(name_, ignored);
  } catch (const std::exception&) {
    // What is left there the next run removes.
  }
}

void Destination::NewFile::set_modified(const platform::FileTime& time, std::error_code& error) {
  out_.flush();
  out_.set_modified(time, error);
}

bool Destination::NewFile::put(Replace replace) {
  out_.flush();
  const Folder& folder = destination_.ensure_folder(place_.directory());
  const std::string name(place_.filename());
  std::error_code error;
  if (replace == Replace::yes) {
    folder.move(name_, folder, name, error);
  } else {
    folder.move_without_replacing(name_, folder, name, error);
  }
  if (error == std::errc::file_exists && replace == Replace::no) return false;
  throw_if(error, "write", destination_.full_path(place_.str()));
  is_put_ = true;
  return true;
}

}  // namespace healthmetric::restore
