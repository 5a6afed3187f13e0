#pragma once

#include "common/archive/storage.hpp"
#include "common/payload/batch.hpp"
#include "receiver/unpack/inbox.hpp"
#include "receiver/unpack/stored_name.hpp"

/// From the staging folder to the places where the files of a batch stay.

namespace healthmetric::unpack {

/// Moves the staged files of a manifest to their places and makes them durable; a folder that is
/// new moves as a whole. A target that holds the same bytes already is done; Error{bad_payload},
/// before anything is moved, when one holds others.
void publish(archive::Storage& storage, const payload::RelativePath& manifest);

/// Compares what publishing would: the files of a batch that was verified with what lies in their
/// places. Reads the payloads.
void check_places(archive::Storage& storage, const WaitingBatch& batch,
                  const payload::Limits& limits, StoredNames names);

}  // namespace healthmetric::unpack
