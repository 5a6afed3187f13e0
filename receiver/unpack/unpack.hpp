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

/// One batch, from its payloads to staged files, of which every byte is verified.

namespace healthmetric::unpack {

/// Whether to compute the id git gives each file. It is a second digest beside the SHA-256, of use
/// only to who will commit the files.
enum class GitBlobIds { none, compute };

/// How the files of a batch are stored.
struct StoreRules {
  const NameTemplate& pattern;
  const payload::Limits& limits;
  GitBlobIds git_blob_ids = GitBlobIds::none;
};

/// A batch of which every byte was verified; its files lie in the staging folder.
struct StagedBatch {
  payload::BatchId id;
  payload::BatchMetadata metadata;  ///< of the last part, with the totals of the whole batch
  payload::RelativePath manifest;   ///< in the staging folder
};

/// Reads all parts of a batch, checks everything docs/payload-format.md demands, and stages its
/// files. Publishes nothing. A payload whose name does not tell its batch, or not all letters of
/// the batch's name, is read twice: the places of its files depend on what stands at its end.
///
/// On Error{bad_payload}, Error{too_large} and Error{unsafe_path} the batch is bad. `identity` is
/// set as soon as the batch's identity is known, so that also a bad batch can be named.
StagedBatch stage(archive::Storage& storage, const WaitingBatch& batch, const StoreRules& rules,
                  std::optional<payload::BatchId>& identity);

/// The same checks, without writing anything.
payload::BatchMetadata verify_only(archive::Storage& storage, const WaitingBatch& batch,
                                   const StoreRules& rules,
                                   std::optional<payload::BatchId>& identity);

}  // namespace healthmetric::unpack
