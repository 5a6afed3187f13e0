#include "receiver/unpack/publish.hpp"

#include <utility>

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/codec/digest.hpp"
#include "common/payload/reader.hpp"
#include "receiver/unpack/manifest.hpp"

namespace healthmetric::unpack {
namespace {

[[noreturn]] void reject_taken(std::string_view path, std::string_view place) {
  throw Error(ErrorCode::bad_payload, named_entry(path) + ": " + in_quotes(place) +
                                          " is already stored with different content");
}

/// Compares what publishing would: the files of a verified batch with what lies in their places.
class PlaceChecker final : public payload::PayloadSink {
 public:
  PlaceChecker(archive::Storage& storage, StoredNames names)
      : storage_(storage), names_(std::move(names)) {}

  void begin_content(const payload::RelativePath& /*path*/,
                     std::optional<std::uint64_t> /*size*/) override {}
  void content(std::string_view /*bytes*/) override {}
  void end_entry(const payload::FileEntry& entry) override {
    if (entry.chunk && !entry.chunk->last) return;
    const payload::RelativePath place = names_.place(entry.path);
    auto there = storage_.open(place);
    if (!there) return;
    if (codec::sha256_of(*there) != (entry.chunk ? entry.chunk->file_sha256 : entry.sha256)) {
      reject_taken(entry.path.str(), place.str());
    }
  }

 private:
  archive::Storage& storage_;
  StoredNames names_;
};

/// Brings staged files to their places, in the order of the manifest.
class Publisher {
 public:
  explicit Publisher(archive::Storage& storage) : storage_(storage) {}

  /// Throws Error{bad_payload} when the place holds something else.
  void check(const ManifestEntry& entry) {
    if (has_moved_or_is_new(entry.stored_path)) return;
    const payload::RelativePath place = place_of(entry);
    if (const auto folder = missing_folder(place)) {
      folder_ = *folder + "/";
    } else {
      expect_free_or_same(entry, place);
    }
  }

  void move(const ManifestEntry& entry) {
    if (has_moved_or_is_new(entry.stored_path)) return;
    const payload::RelativePath place = place_of(entry);
    if (const auto folder = missing_folder(place)) {
      storage_.move_folder(archive::staged_path(*folder),
                           payload::RelativePath(*folder, payload::RelativePath::kMaxStoredBytes));
      folder_ = *folder + "/";
    } else if (!storage_.exists(archive::staged_path(entry.stored_path))) {
      return;  // it moved with its folder
    } else if (storage_.move(archive::staged_path(entry.stored_path), place) ==
               archive::Storage::Moved::target_exists) {
      expect_free_or_same(entry, place);
    }
  }

 private:
  static payload::RelativePath place_of(const ManifestEntry& entry) {
    return payload::RelativePath(std::string(entry.stored_path),
                                 payload::RelativePath::kMaxStoredBytes);
  }

  [[nodiscard]] bool has_moved_or_is_new(std::string_view place) const {
    return !folder_.empty() && place.starts_with(folder_);
  }

  /// The first of the folders above `place`, from the top, that does not exist.
  std::optional<std::string> missing_folder(const payload::RelativePath& place) {
    if (storage_.has_folder(place.directory())) return {};
    const std::string_view path = place.str();
    std::size_t slash = path.find('/');
    while (storage_.has_folder(path.substr(0, slash + 1))) slash = path.find('/', slash + 1);
    return std::string(path.substr(0, slash));
  }

  void expect_free_or_same(const ManifestEntry& entry, const payload::RelativePath& place) {
    auto there = storage_.open(place);
    if (!there) return;
    auto ours = storage_.open(archive::staged_path(entry.stored_path));
    if (!ours || !archive::same_bytes(*ours, *there)) reject_taken(entry.path, entry.stored_path);
  }

  archive::Storage& storage_;
  std::string folder_;  ///< the last one that was missing, with its final slash
};

}  // namespace

void publish(archive::Storage& storage, const payload::RelativePath& manifest) {
  Publisher checking(storage);
  for_each_entry(storage, manifest, [&](const auto& entry) { checking.check(entry); });
  Publisher moving(storage);
  for_each_entry(storage, manifest, [&](const auto& entry) { moving.move(entry); });
  storage.sync();
}

void check_places(archive::Storage& storage, const WaitingBatch& batch,
                  const payload::Limits& limits, StoredNames names) {
  PlaceChecker checker(storage, std::move(names));
  payload::Budget budget(limits);
  for (const archive::PayloadFile& payload : batch.payloads) {
    auto file = storage.open(payload.path);
    if (file) payload::read_payload(*file, budget, checker);
  }
}

}  // namespace healthmetric::unpack
