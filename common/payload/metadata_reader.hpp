#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/payload/batch.hpp"
#include "common/text/json_scanner.hpp"

/// The half of common/payload/reader that reads `batch_metadata`.

namespace healthmetric::payload {

/// What a list of files adds up to, whatever its order: `files` and `batch_metadata.files` must
/// be equal in it.
struct Tally {
  std::uint64_t files = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t names = 0;  ///< the sum of hashes of name and size

  void add(std::string_view name, std::uint64_t size);
};

/// `batch_metadata` as it stands there; nothing of it is checked against the files yet.
struct DeclaredMetadata {
  BatchMetadata metadata{.schema_version = 1};  ///< unless it says otherwise
  bool has_timestamp = false;
  std::optional<std::uint64_t> total_files;
  std::optional<std::uint64_t> total_size_bytes;
  std::optional<Tally> listing;  ///< of `batch_metadata.files`
};

/// Reads the object the scanner stands at. Throws Error{bad_payload}.
DeclaredMetadata read_metadata(text::JsonScanner& scanner);

/// Reads an object with `host`, `user` and `version`. Throws Error{bad_payload}.
SenderIdentity read_sender(text::JsonScanner& scanner);

/// Reads a timestamp as common/text/timestamp.hpp takes it. Throws Error{bad_payload}.
std::chrono::sys_seconds read_timestamp(text::JsonScanner& scanner);

/// The same with the fraction of a second. Throws Error{bad_payload}.
text::Moment read_moment(text::JsonScanner& scanner);

/// Reads an array of safe paths, at most kMaxListedPaths. Throws Error{bad_payload},
/// Error{unsafe_path} and Error{too_large}.
std::vector<RelativePath> read_paths(text::JsonScanner& scanner);

/// Reads a member of that name if it is one of ProducerMark: `producer`, `instance`, `sequence`.
/// Throws Error{bad_payload}.
bool read_producer_member(text::JsonScanner& scanner, const std::string& key, ProducerMark& mark);

}  // namespace healthmetric::payload
