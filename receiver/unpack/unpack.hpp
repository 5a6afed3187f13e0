#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/archive/storage.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/batch_id.hpp"
#include "receiver/unpack/inbox.hpp"
#include "receiver/unpack/manifest.hpp"
#include "receiver/unpack/stored_name.hpp"

/// Unpacks the payloads of a batch into staged files and verifies every byte.

namespace healthmetric::unpack {

/// Whether to compute the git blob id of each file. It is a second digest beside the SHA-256,
/// useful only if the files will be committed.
enum class GitBlobIds { none, compute };

/// How the files of a batch are stored.
struct StoreRules {
  const NameTemplate& pattern;
  const payload::Limits& limits;
  GitBlobIds git_blob_ids = GitBlobIds::none;
};

/// A batch whose every byte was verified; its files are in the staging folder.
struct StagedBatch {
  payload::BatchId id;
  payload::BatchMetadata metadata;  ///< of the last part, with the totals of the whole batch
  payload::RelativePath manifest;   ///< in the staging folder
};

/// Reads all parts of a batch, checks everything docs/payload-format.md demands, and stages its
/// files. Publishes nothing. A payload whose file name lacks the full name of its batch is read
/// twice: the stored paths depend on the metadata at its end.
///
/// Error{bad_payload}, Error{too_large} and Error{unsafe_path} mean that the batch is bad.
/// `identity` is set as soon as it is known, so that a bad batch can be named, too.
StagedBatch stage(archive::Storage& storage, const WaitingBatch& batch, const StoreRules& rules,
                  std::optional<payload::BatchId>& identity);

/// The same checks, without writing anything.
payload::BatchMetadata verify_only(archive::Storage& storage, const WaitingBatch& batch,
                                   const StoreRules& rules,
                                   std::optional<payload::BatchId>& identity);

}  // namespace healthmetric::unpack
