#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/payload/relative_path.hpp"
#include "common/text/timestamp.hpp"

/// The payload model: the values that common/payload/writer and common/payload/reader carry.
/// docs/payload-format.md describes the JSON.

namespace healthmetric::payload {

inline constexpr std::uint64_t kMiB = std::uint64_t{1024} * 1024;

inline constexpr unsigned kSchemaVersion = 2;

/// Entries of `skipped` a payload carries at most; a summary needs no more to be useful.
inline constexpr std::size_t kMaxSkippedEntries = 1000;

/// Entries of `folders`, and of `gone`, that a payload carries at most.
inline constexpr std::size_t kMaxListedPaths = 10'000;

/// Names, reasons and other texts of a payload have at most so many bytes.
inline constexpr std::size_t kMaxTextBytes = 4096;

/// How much either side accepts.
struct Limits {
  std::uint64_t max_file_bytes = 100 * kMiB;  ///< GitHub refuses files over 100 MiB
  std::uint64_t max_batch_bytes = 1024 * kMiB;
  std::uint64_t max_files = 100'000;

  /// Folders of a batch, all levels counted: one for each file, and some to begin with.
  [[nodiscard]] std::uint64_t max_folders() const { return max_files + 1000; }

  /// Payload text of a batch, all parts counted: more than twice what base64 makes of the files is
  /// escapes and blanks, and what describes a file is shorter than its longest name three times.
  [[nodiscard]] std::uint64_t max_payload_bytes() const {
    constexpr std::uint64_t kBytesAFile = 8192;
    return 3 * max_batch_bytes + kBytesAFile * max_files + 16 * kMiB;
  }
};

/// A piece of a file that is too large for one part.
struct Chunk {
  std::uint64_t index = 1;  ///< from 1
  std::uint64_t offset_bytes = 0;
  bool last = false;
  std::uint64_t file_size_bytes = 0;  ///< of the whole file; in the last chunk only
  std::string file_sha256;            ///< likewise
};

/// One entry of `files`: a file, or a chunk of one.
struct FileEntry {
  RelativePath path;
  std::uint64_t size_bytes = 0;  ///< of what the content decodes to
  std::string sha256;            ///< of the same, 64 lower-case hexadecimal digits
  std::string content_type;
  std::optional<text::Moment> modified;
  std::optional<Chunk> chunk;
};

/// Which part of its batch a payload is.
struct Part {
  unsigned index = 1;  ///< from 1
  bool last = true;
  std::uint64_t batch_files = 0;       ///< of the whole batch; in the last part only
  std::uint64_t batch_size_bytes = 0;  ///< likewise

  friend bool operator==(const Part&, const Part&) = default;
};

/// Who packed a batch; with --no-identity neither host nor user are told.
struct SenderIdentity {
  std::string host;
  std::string user;
  std::string version;
  std::string os = {};                                         ///< "Linux 6.1.0", say
  std::optional<std::chrono::sys_seconds> token_expires = {};  ///< nothing: not known
};

/// Which producer's batch this is, and which of its batches. A producer is a machine, or an account
/// on it; each of its state directories is an instance, and numbers its batches upwards.
struct ProducerMark {
  std::string id;        ///< is_slug(); empty when the sender did not tell
  std::string instance;  ///< likewise
  std::optional<std::uint64_t> sequence;
};

/// A file that was not packed, and why.
struct SkippedFile {
  std::string path;
  std::string reason;
};

/// `batch_metadata` without its list of files, which repeats the entries.
struct BatchMetadata {
  unsigned schema_version = kSchemaVersion;
  std::string batch_id;    ///< empty in version 1
  std::string batch_name;  ///< empty when the user gave none
  std::chrono::sys_seconds timestamp{};
  std::string source;  ///< folder or file on the sender's machine; may be empty
  std::optional<SenderIdentity> sender;
  Part part;
  std::uint64_t total_files = 0;  ///< entries in this part
  std::uint64_t total_size_bytes = 0;
  std::vector<SkippedFile> skipped;
  // Of the whole batch, in the last part only.
  ProducerMark producer;
  std::vector<RelativePath> folders;  ///< that are empty in the source
  std::vector<RelativePath> gone;     ///< that were sent before and are not there any more
};

/// The name a batch is stored under when its user gave none: the last component of `source`, on
/// whichever system it was written ("C:\data\march" is "march"); "data" when there is none.
std::string default_batch_name(std::string_view source);

}  // namespace healthmetric::payload
