#include "receiver/unpack.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "common/content_type.hpp"
#include "common/digest.hpp"
#include "common/error.hpp"
#include "common/format.hpp"
#include "common/payload_reader.hpp"
#include "common/printable.hpp"
#include "common/utf8.hpp"
#include "receiver/hash_set.hpp"

namespace healthmetric {
namespace {

/// Files that may be cut at one time; a sender cuts one, at the end of a part.
constexpr std::size_t kMaxOpenChunkedFiles = 16;

constexpr std::size_t kHashPrefixDigits = 8;
constexpr std::size_t kMaxShownBytes = 200;

const RelativePath kStagedManifest{".staging/manifest"};
const RelativePath kPlacedManifest{".staging/manifest.placed"};

[[noreturn]] void reject(const std::string& what) {
  throw Error(ErrorCode::bad_payload, what);
}

RelativePath staged_path(std::uint64_t number) {
  return RelativePath(fmt::format("{}/{:06}", kStagingFolder.str(), number));
}

std::string git_blob_of(Storage& storage, const RelativePath& staged, std::uint64_t size_bytes) {
  auto file = storage.open(staged);
  if (!file) throw Error(ErrorCode::internal, "a staged file is gone");
  return git_blob_id_of(*file, size_bytes);
}

/// Where the contents of a payload go: files in the staging folder, or nowhere (verify only).
class Stager final : public PayloadSink {
 public:
  Stager(Storage* storage, const Limits& limits) : storage_(storage), limits_(limits) {
    if (storage_ == nullptr) return;
    storage_->remove_tree(kStagingFolder);
    manifest_.emplace(*storage_, kStagedManifest);
  }

  void begin_content(std::string_view key, std::optional<std::uint64_t> size_bytes) override {
    const auto cut = chunked_.find(std::string(key));
    if (cut != chunked_.end()) {
      current_ = std::move(cut->second);
      chunked_.erase(cut);
      return;
    }
    current_ = StagedFile();
    current_.number = ++last_number_;
    if (size_bytes) current_.blob.emplace(*size_bytes);
    if (storage_ != nullptr) {
      current_.out.emplace(storage_->create(staged_path(current_.number)));
    } else {
      current_.whole.emplace();
    }
  }

  void content(std::string_view bytes) override {
    if (current_.leading.size() < kContentTypeProbeBytes) {
      current_.leading += bytes.substr(0, kContentTypeProbeBytes - current_.leading.size());
    }
    if (current_.blob) current_.blob->update(bytes);
    if (current_.out) current_.out->write(bytes);
    if (current_.whole) current_.whole->update(bytes);
  }

  void end_entry(const FileEntry& entry) override {
    check_chunk(entry);
    current_.size_bytes += entry.size_bytes;
    if (entry.chunk) {
      current_.chunks += 1;
      if (!entry.chunk->last) return keep_for_next_chunk(entry);
      finish_chunked(entry);
    } else {
      current_.sha256 = entry.sha256;
    }
    finish_file(entry);
  }

  /// All parts are read.
  void finish() {
    if (!chunked_.empty()) {
      reject(named_entry(chunked_.begin()->first) + ": its last chunk is missing");
    }
    if (manifest_) manifest_->finish();
  }

  [[nodiscard]] std::uint64_t files() const { return files_; }
  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  struct StagedFile {
    std::uint64_t number = 0;
    std::optional<OutputFile> out;
    std::optional<GitBlobId> blob;
    std::optional<Sha256> whole;  ///< when nothing is staged that could be read again
    std::string leading;
    std::uint64_t size_bytes = 0;
    std::uint64_t chunks = 0;
    std::string sha256;
  };

  void check_chunk(const FileEntry& entry) const {
    if (!entry.chunk) {
      if (current_.chunks > 0)
        reject(named_entry(entry.path.str()) + ": it is there as a chunk and as a whole");
      return;
    }
    if (entry.chunk->index != current_.chunks + 1 ||
        entry.chunk->offset_bytes != current_.size_bytes) {
      reject(named_entry(entry.path.str()) + ": its chunks do not follow each other");
    }
    if (current_.size_bytes + entry.size_bytes > limits_.max_file_bytes) {
      throw Error(ErrorCode::too_large,
                  named_entry(entry.path.str()) + ": the file is larger than " +
                      human_bytes(limits_.max_file_bytes) + " (--max-file-size)");
    }
  }

  void keep_for_next_chunk(const FileEntry& entry) {
    if (chunked_.size() == kMaxOpenChunkedFiles) reject("too many files are cut in chunks at once");
    current_.blob.reset();
    if (current_.out) current_.out->flush();
    if (!chunked_.try_emplace(entry.path.str(), std::move(current_)).second) {
      reject("two entries are chunks of " +
             in_quotes(utf8_prefix(entry.path.str(), kMaxShownBytes)));
    }
  }

  void finish_chunked(const FileEntry& entry) {
    const std::string name = named_entry(entry.path.str());
    if (entry.chunk->file_size_bytes != current_.size_bytes) {
      reject(name + fmt::format(": its last chunk declares {} bytes and the chunks hold {}",
                                entry.chunk->file_size_bytes, current_.size_bytes));
    }
    current_.blob.reset();
    current_.sha256 = entry.chunk->file_sha256;
    if (digest_of_current() != current_.sha256) {
      reject(name + ": its chunks do not match the SHA-256 of the whole");
    }
  }

  std::string digest_of_current() {
    if (current_.whole) return current_.whole->finish_hex();
    current_.out->flush();
    auto staged = storage_->open(staged_path(current_.number));
    return staged ? sha256_of(*staged) : "";
  }

  void finish_file(const FileEntry& entry) {
    // A reader sees a key twice in one part only. 64 bits of hash: no honest batch collides.
    if (!paths_.insert(std::hash<std::string>()(entry.path.str()))) {
      reject(named_entry(entry.path.str()) + ": it is in two parts");
    }
    files_ += 1;
    size_bytes_ += current_.size_bytes;
    if (storage_ == nullptr) return;
    current_.out->flush();
    current_.out.reset();
    const std::string blob =
        current_.blob ? current_.blob->finish_hex()
                      : git_blob_of(*storage_, staged_path(current_.number), current_.size_bytes);
    const std::string_view extension = entry.path.extension();
    manifest_->append({current_.number, current_.size_bytes, current_.sha256, blob,
                       std::string(content_type(extension, current_.leading)),
                       looks_like_its_extension(extension, current_.leading), entry.path, ""});
  }

  Storage* storage_;
  Limits limits_;
  std::optional<ManifestWriter> manifest_;
  std::map<std::string, StagedFile> chunked_;  ///< files whose next chunk is to come
  StagedFile current_;
  HashSet paths_;  ///< hashes of those that are complete
  std::uint64_t last_number_ = 0;
  std::uint64_t files_ = 0;
  std::uint64_t size_bytes_ = 0;
};

/// The identity of a version 1 payload, which carries none of its own.
BatchId version_1_identity(Storage& storage, const PayloadFile& payload,
                           const BatchMetadata& metadata) {
  auto file = storage.open(payload.path);
  if (!file) throw Error(ErrorCode::io, in_quotes(payload.path.str()) + " is gone");
  return {
      metadata.timestamp,
      slug(metadata.batch_name.empty() ? default_batch_name(metadata.source) : metadata.batch_name),
      sha256_of(*file).substr(0, kHashPrefixDigits)};
}

BatchId identity_of(Storage& storage, const WaitingBatch& batch, const BatchMetadata& metadata) {
  if (metadata.batch_id.empty()) {
    if (batch.payloads.size() > 1) reject("a part has no batch_id");
    return version_1_identity(storage, batch.payloads.front(), metadata);
  }
  const auto id = BatchId::parse(metadata.batch_id);
  if (!id)
    reject("its batch_id " + in_quotes(utf8_prefix(metadata.batch_id, kMaxShownBytes)) +
           " is none");
  if (batch.id && *batch.id != *id) reject("its batch_id contradicts its file name");
  return *id;
}

/// What one part says must fit its place among the others.
void check_part(const BatchMetadata& metadata, const BatchMetadata& first, std::size_t position,
                std::size_t parts) {
  const bool last = position + 1 == parts;
  if (metadata.part.index != position + 1 || metadata.part.last != last) {
    reject(fmt::format("part {} of {} says it is part {}{}", position + 1, parts,
                       metadata.part.index, metadata.part.last ? ", the last" : ""));
  }
  if (metadata.batch_id != first.batch_id || metadata.batch_name != first.batch_name ||
      metadata.timestamp != first.timestamp || metadata.source != first.source) {
    reject(fmt::format("part {} contradicts part 1", position + 1));
  }
}

void check_payload_sizes(const WaitingBatch& batch, const Limits& limits) {
  std::uint64_t total = 0;
  for (const PayloadFile& payload : batch.payloads) total += payload.size_bytes;
  if (total > limits.max_payload_bytes()) {
    throw Error(ErrorCode::too_large,
                fmt::format("its payload is larger than {}, which is more than a batch can need "
                            "(--max-batch-size)",
                            human_bytes(limits.max_payload_bytes())));
  }
}

BatchMetadata read_parts(Storage& storage, const WaitingBatch& batch, const Limits& limits,
                         std::optional<BatchId>& identity, Stager& stager) {
  check_payload_sizes(batch, limits);
  Budget budget(limits);
  std::optional<BatchMetadata> first;
  BatchMetadata metadata;
  for (std::size_t i = 0; i < batch.payloads.size(); ++i) {
    const RelativePath& path = batch.payloads[i].path;
    auto file = storage.open(path);
    if (!file) throw Error(ErrorCode::io, in_quotes(path.str()) + " is gone");
    metadata = read_payload(*file, budget, stager);
    if (!first) {
      first = metadata;
      identity = identity_of(storage, batch, metadata);
    }
    check_part(metadata, *first, i, batch.payloads.size());
  }
  stager.finish();
  const bool declares_batch = metadata.part.index > 1 || metadata.part.batch_files > 0 ||
                              metadata.part.batch_size_bytes > 0;
  if (declares_batch && (metadata.part.batch_files != stager.files() ||
                         metadata.part.batch_size_bytes != stager.size_bytes())) {
    reject(fmt::format("the last part declares {} and {} bytes, the parts hold {} and {}",
                       counted_files(metadata.part.batch_files), metadata.part.batch_size_bytes,
                       stager.files(), stager.size_bytes()));
  }
  metadata.total_files = stager.files();
  metadata.total_size_bytes = stager.size_bytes();
  return metadata;
}

[[noreturn]] void reject_taken(const RelativePath& path, const RelativePath& place) {
  reject(named_entry(path.str()) + ": " + in_quotes(place.str()) +
         " is already stored with other content");
}

/// True when the place is free, false when it holds the same bytes.
bool is_free(Storage& storage, const ManifestEntry& entry, const RelativePath& place) {
  auto there = storage.open(place);
  if (!there) return true;
  auto staged = storage.open(staged_path(entry.staged_number));
  if (!staged || !same_bytes(*staged, *there)) {
    reject_taken(entry.path, place);
  }
  return false;
}

/// Compares what publishing would: the files of a verified batch with what lies in their places.
class PlaceChecker final : public PayloadSink {
 public:
  PlaceChecker(Storage& storage, StoredNames names) : storage_(storage), names_(std::move(names)) {}

  void begin_content(std::string_view /*key*/, std::optional<std::uint64_t> /*size*/) override {}
  void content(std::string_view /*bytes*/) override {}
  void end_entry(const FileEntry& entry) override {
    if (entry.chunk && !entry.chunk->last) return;
    const RelativePath place = names_.place(entry.path);
    auto there = storage_.open(place);
    if (!there) return;
    if (sha256_of(*there) != (entry.chunk ? entry.chunk->file_sha256 : entry.sha256)) {
      reject_taken(entry.path, place);
    }
  }

 private:
  Storage& storage_;
  StoredNames names_;
};

void check_places(Storage& storage, const WaitingBatch& batch, const Limits& limits,
                  StoredNames names) {
  PlaceChecker checker(storage, std::move(names));
  Budget budget(limits);
  for (const PayloadFile& payload : batch.payloads) {
    auto file = storage.open(payload.path);
    if (file) read_payload(*file, budget, checker);
  }
}

}  // namespace

StagedBatch stage(Storage& storage, const WaitingBatch& batch, const Limits& limits,
                  std::optional<BatchId>& identity) {
  Stager stager(&storage, limits);
  BatchMetadata metadata = read_parts(storage, batch, limits, identity, stager);
  return {identity.value(), std::move(metadata), kStagedManifest};
}

BatchMetadata verify_only(Storage& storage, const WaitingBatch& batch, const Limits& limits,
                          const NameTemplate& pattern, std::optional<BatchId>& identity) {
  Stager stager(nullptr, limits);
  BatchMetadata metadata = read_parts(storage, batch, limits, identity, stager);
  check_places(storage, batch, limits,
               StoredNames(pattern, identity.value(), limits.max_folders()));
  return metadata;
}

RelativePath publish(Storage& storage, const StagedBatch& batch, const NameTemplate& pattern,
                     const Limits& limits) {
  StoredNames names(pattern, batch.id, limits.max_folders());
  ManifestWriter placed(storage, kPlacedManifest);
  for_each_entry(storage, batch.manifest, [&](const ManifestEntry& entry) {
    const RelativePath place = names.place(entry.path);
    is_free(storage, entry, place);
    ManifestEntry with_place = entry;
    with_place.stored_path = place.str();
    placed.append(with_place);
  });
  placed.finish();
  for_each_entry(storage, kPlacedManifest, [&](const ManifestEntry& entry) {
    const RelativePath place(entry.stored_path, RelativePath::kMaxStoredBytes);
    if (storage.move(staged_path(entry.staged_number), place) == Storage::Moved::target_exists) {
      is_free(storage, entry, place);
    }
  });
  storage.sync();
  return kPlacedManifest;
}

}  // namespace healthmetric
