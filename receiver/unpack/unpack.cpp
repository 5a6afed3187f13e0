#include "receiver/unpack/unpack.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/hash_set.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/codec/digest.hpp"
#include "common/payload/content_type.hpp"
#include "common/payload/reader.hpp"
#include "common/text/timestamp.hpp"
#include "receiver/unpack/publish.hpp"

namespace healthmetric::unpack {
namespace {

/// Files that may be cut at one time; a sender cuts one, at the end of a part.
constexpr std::size_t kMaxOpenChunkedFiles = 16;

constexpr std::size_t kHashPrefixDigits = 8;
constexpr std::size_t kMaxShownBytes = 200;

[[noreturn]] void reject(const std::string& what) {
  throw Error(ErrorCode::bad_payload, what);
}

std::string git_blob_of(archive::Storage& storage, const payload::RelativePath& staged,
                        std::uint64_t size_bytes) {
  auto file = storage.open(staged);
  if (!file) throw Error(ErrorCode::internal, "a staged file is missing");
  return codec::git_blob_id_of(*file, size_bytes);
}

/// Stages files below the places that a batch gives them.
struct Staging {
  archive::Storage& storage;
  StoredNames names;
  ManifestWriter manifest;
  GitBlobIds git_blob_ids;
};

/// What the places of a batch's files depend on.
struct Naming {
  payload::BatchId id;
  std::string folder;

  friend bool operator==(const Naming&, const Naming&) = default;
};

Staging begin_staging(archive::Storage& storage, const StoreRules& rules, const Naming& naming) {
  storage.remove_tree(archive::kStagingFolder);
  return {storage, StoredNames(rules.pattern, naming.id, naming.folder, rules.limits.max_folders()),
          ManifestWriter(storage, archive::kStagedManifest), rules.git_blob_ids};
}

/// Where the contents of a payload go: files in the staging folder, or nowhere.
class Stager final : public payload::PayloadSink {
 public:
  /// Without a `staging` everything is checked and nothing written.
  explicit Stager(const payload::Limits& limits, Staging* staging = nullptr)
      : limits_(limits), staging_(staging) {}

  void begin_content(const payload::RelativePath& path,
                     std::optional<std::uint64_t> size_bytes) override {
    const auto cut = chunked_.find(path.str());
    if (cut != chunked_.end()) {
      current_ = std::move(cut->second);
      chunked_.erase(cut);
      return;
    }
    current_ = StagedFile();
    if (staging_ == nullptr) {
      current_.whole.emplace();
      return;
    }
    current_.path = path.str();
    current_.place = staging_->names.place(path).str();
    current_.out.emplace(staging_->storage.create(archive::staged_path(current_.place)));
    if (size_bytes && wants_git_blobs()) current_.blob.emplace(*size_bytes);
  }

  void content(std::string_view bytes) override {
    if (current_.leading.size() < payload::kContentTypeProbeBytes) {
      current_.leading +=
          bytes.substr(0, payload::kContentTypeProbeBytes - current_.leading.size());
    }
    if (current_.blob) current_.blob->update(bytes);
    if (current_.out) current_.out->write_through(bytes);
    if (current_.whole) current_.whole->update(bytes);
  }

  void end_entry(const payload::FileEntry& entry) override {
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
    if (staging_ != nullptr) staging_->manifest.finish();
  }

  [[nodiscard]] std::uint64_t files() const { return files_; }
  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  struct StagedFile {
    std::string path;   ///< by which it got its place
    std::string place;  ///< below the storage
    std::optional<platform::OutputFile> out;
    std::optional<codec::GitBlobId> blob;
    std::optional<codec::Sha256> whole;  ///< when nothing is staged that could be read again
    std::string leading;
    std::uint64_t size_bytes = 0;
    std::uint64_t chunks = 0;
    std::string sha256;
  };

  [[nodiscard]] bool wants_git_blobs() const {
    return staging_->git_blob_ids == GitBlobIds::compute;
  }

  void check_chunk(const payload::FileEntry& entry) const {
    if (!entry.chunk) {
      if (current_.chunks > 0)
        reject(named_entry(entry.path.str()) + ": it is given both in chunks and as a whole");
      return;
    }
    if (entry.chunk->index != current_.chunks + 1 ||
        entry.chunk->offset_bytes != current_.size_bytes) {
      reject(named_entry(entry.path.str()) + ": its chunks are not in order");
    }
    if (current_.size_bytes + entry.size_bytes > limits_.max_file_bytes) {
      throw Error(ErrorCode::too_large,
                  named_entry(entry.path.str()) + ": the file is larger than " +
                      human_bytes(limits_.max_file_bytes) + " (--max-file-size)");
    }
  }

  void keep_for_next_chunk(const payload::FileEntry& entry) {
    if (chunked_.size() == kMaxOpenChunkedFiles) reject("too many files wait for their next chunk");
    current_.blob.reset();
    if (!chunked_.try_emplace(entry.path.str(), std::move(current_)).second) {
      reject(named_entry(entry.path.str()) + ": it has two chunks in one part");
    }
  }

  void finish_chunked(const payload::FileEntry& entry) {
    const std::string name = named_entry(entry.path.str());
    if (entry.chunk->file_size_bytes != current_.size_bytes) {
      reject(name + fmt::format(": its last chunk declares {} bytes, but its chunks have {}",
                                entry.chunk->file_size_bytes, current_.size_bytes));
    }
    current_.blob.reset();
    current_.sha256 = entry.chunk->file_sha256;
    if (digest_of_current() != current_.sha256) {
      reject(name + ": the content of its chunks does not match its SHA-256");
    }
  }

  std::string digest_of_current() {
    if (current_.whole) return current_.whole->finish_hex();
    auto file = staging_->storage.open(archive::staged_path(current_.place));
    return file ? codec::sha256_of(*file) : "";
  }

  void finish_file(const payload::FileEntry& entry) {
    // A reader sees a key twice in one part only. 64 bits of hash: no honest batch collides.
    if (!paths_.insert(std::hash<std::string>()(entry.path.str()))) {
      reject(named_entry(entry.path.str()) + ": it is in more than one part");
    }
    files_ += 1;
    size_bytes_ += current_.size_bytes;
    if (staging_ == nullptr) return;
    current_.out.reset();
    if (entry.path.str() != current_.path) give_place_by(entry.path);
    const std::string blob = git_blob_of_current();
    const payload::ContentType type =
        payload::content_type(entry.path.extension(), current_.leading);
    const std::string modified = entry.modified ? text::format_moment(*entry.modified) : "";
    staging_->manifest.append({current_.size_bytes, current_.sha256, blob, type.name, modified,
                               type.fits_extension, entry.path.str(), current_.place});
  }

  /// In version 1 the path may come behind the content.
  void give_place_by(const payload::RelativePath& path) {
    const payload::RelativePath from = archive::staged_path(current_.place);
    current_.place = staging_->names.place(path).str();
    if (staging_->storage.move(from, archive::staged_path(current_.place)) !=
        archive::Storage::Moved::yes) {
      throw Error(ErrorCode::internal, "a staged file already exists");
    }
  }

  /// Empty when nobody asks for it.
  std::string git_blob_of_current() {
    if (!wants_git_blobs()) return {};
    if (current_.blob) return current_.blob->finish_hex();
    return git_blob_of(staging_->storage, archive::staged_path(current_.place),
                       current_.size_bytes);
  }

  const payload::Limits& limits_;
  Staging* staging_;
  std::map<std::string, StagedFile> chunked_;  ///< files whose next chunk is to come
  StagedFile current_;
  HashSet paths_;  ///< hashes of those that are complete
  std::uint64_t files_ = 0;
  std::uint64_t size_bytes_ = 0;
};

/// The identity of a version 1 payload, which carries none of its own.
payload::BatchId version_1_identity(archive::Storage& storage, const archive::PayloadFile& payload,
                                    const payload::BatchMetadata& metadata) {
  auto file = storage.open(payload.path);
  if (!file) throw Error(ErrorCode::io, in_quotes(payload.path.str()) + " no longer exists");
  return {metadata.timestamp,
          payload::slug(metadata.batch_name.empty() ? payload::default_batch_name(metadata.source)
                                                    : metadata.batch_name),
          codec::sha256_of(*file).substr(0, kHashPrefixDigits)};
}

payload::BatchId identity_of(archive::Storage& storage, const WaitingBatch& batch,
                             const payload::BatchMetadata& metadata) {
  if (metadata.batch_id.empty()) {
    if (batch.payloads.size() > 1) reject("a part has no batch_id");
    return version_1_identity(storage, batch.payloads.front(), metadata);
  }
  const auto id = payload::BatchId::parse(metadata.batch_id);
  if (!id) reject("invalid batch_id " + in_quotes(utf8_prefix(metadata.batch_id, kMaxShownBytes)));
  if (batch.id && *batch.id != *id) reject("its batch_id differs from the one in its file name");
  return *id;
}

/// What one part says must fit its place among the others.
void check_part(const payload::BatchMetadata& metadata, const payload::BatchMetadata& first,
                std::size_t position, std::size_t parts) {
  const bool last = position + 1 == parts;
  if (metadata.part.index != position + 1 || metadata.part.last != last) {
    reject(fmt::format("part {} of {} says it is part {}{}", position + 1, parts,
                       metadata.part.index, metadata.part.last ? ", the last" : ""));
  }
  if (metadata.batch_id != first.batch_id || metadata.batch_name != first.batch_name ||
      metadata.timestamp != first.timestamp || metadata.source != first.source) {
    reject(fmt::format("part {} and part 1 are not of the same batch", position + 1));
  }
}

void check_payload_sizes(const WaitingBatch& batch, const payload::Limits& limits) {
  std::uint64_t total = 0;
  for (const archive::PayloadFile& payload : batch.payloads) total += payload.size_bytes;
  if (total > limits.max_payload_bytes()) {
    throw Error(
        ErrorCode::too_large,
        fmt::format("its payloads are larger than {}, more than any batch within the limit needs "
                    "(--max-batch-size)",
                    human_bytes(limits.max_payload_bytes())));
  }
}

payload::BatchMetadata read_parts(archive::Storage& storage, const WaitingBatch& batch,
                                  const payload::Limits& limits,
                                  std::optional<payload::BatchId>& identity, Stager& stager) {
  check_payload_sizes(batch, limits);
  payload::Budget budget(limits);
  std::optional<payload::BatchMetadata> first;
  payload::BatchMetadata metadata;
  for (std::size_t i = 0; i < batch.payloads.size(); ++i) {
    const payload::RelativePath& path = batch.payloads[i].path;
    auto file = storage.open(path);
    if (!file) throw Error(ErrorCode::io, in_quotes(path.str()) + " no longer exists");
    metadata = payload::read_payload(*file, budget, stager);
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
    reject(fmt::format("the last part declares {} and {} bytes, but the parts have {} and {}",
                       counted_files(metadata.part.batch_files), metadata.part.batch_size_bytes,
                       stager.files(), stager.size_bytes()));
  }
  metadata.total_files = stager.files();
  metadata.total_size_bytes = stager.size_bytes();
  return metadata;
}

StagedBatch stage_as(const Naming& naming, archive::Storage& storage, const WaitingBatch& batch,
                     const StoreRules& rules, std::optional<payload::BatchId>& identity) {
  Staging staging = begin_staging(storage, rules, naming);
  Stager stager(rules.limits, &staging);
  payload::BatchMetadata metadata = read_parts(storage, batch, rules.limits, identity, stager);
  return {identity.value(), std::move(metadata), archive::kStagedManifest};
}

/// Reads all parts and checks them.
payload::BatchMetadata read_only(archive::Storage& storage, const WaitingBatch& batch,
                                 const payload::Limits& limits,
                                 std::optional<payload::BatchId>& identity) {
  Stager stager(limits);
  return read_parts(storage, batch, limits, identity, stager);
}

}  // namespace

StagedBatch stage(archive::Storage& storage, const WaitingBatch& batch, const StoreRules& rules,
                  std::optional<payload::BatchId>& identity) {
  Naming expected;
  if (batch.id) {
    expected = {*batch.id, batch.id->slug};
  } else {
    const payload::BatchMetadata metadata = read_only(storage, batch, rules.limits, identity);
    expected = {identity.value(), batch_folder(identity.value(), metadata)};
  }
  StagedBatch staged = stage_as(expected, storage, batch, rules, identity);
  const Naming naming{staged.id, batch_folder(staged.id, staged.metadata)};
  if (naming == expected) return staged;
  // A name in another alphabet, or version 1 under the name of a batch that it does not know of.
  return stage_as(naming, storage, batch, rules, identity);
}

payload::BatchMetadata verify_only(archive::Storage& storage, const WaitingBatch& batch,
                                   const StoreRules& rules,
                                   std::optional<payload::BatchId>& identity) {
  return read_only(storage, batch, rules.limits, identity);
}

}  // namespace healthmetric::unpack
