#pragma once

#include "common/archive/storage.hpp"
#include "common/payload/batch.hpp"
#include "receiver/unpack/inbox.hpp"
#include "receiver/unpack/stored_name.hpp"

/// Moves the files of a batch from the staging folder to their final paths.

namespace healthmetric::unpack {

/// Moves the staged files of a manifest to their final paths and makes them durable; a new folder
/// is moved as a whole. A target that already has the same bytes is skipped; if one has other
/// bytes, throws Error{bad_payload} before anything is moved.
void publish(archive::Storage& storage, const payload::RelativePath& manifest);

/// Makes the same comparison as publish(), for a batch that was verified but not staged. Reads the
/// payloads.
void check_places(archive::Storage& storage, const WaitingBatch& batch,
                  const payload::Limits& limits, StoredNames names);

}  // namespace healthmetric::unpack
