#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "common/archive/storage.hpp"
#include "common/base/error.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/batch_id.hpp"
#include "receiver/unpack/inbox.hpp"

namespace healthmetric::unpack {

/// True if the error concerns one batch only; false if it stops the run.
bool is_defect(ErrorCode code);

struct Rejection {
  std::optional<payload::BatchId> id;
  std::string reason;
  std::chrono::sys_seconds rejected_at;
};

/// The producer that a bad batch names, and its number, if the metadata of its last payload can be
/// read and is of that batch; empty otherwise. It is no more than the sender's word.
payload::ProducerMark claimed_producer(archive::Storage& storage,
                                       const std::vector<archive::PayloadFile>& payloads,
                                       const payload::BatchId& id, const payload::Limits& limits);

/// Sets payloads aside, byte for byte, as `rejected/<payload file>`, each with its reason beside
/// it, `<payload file>.reason.json`, which is written first, so that no payload is there without
/// one. A file of that name with other content is kept, and the new one gets "~2". Returns the new
/// paths. Calling it again after a crash completes the work.
std::vector<payload::RelativePath> set_aside(archive::Storage& storage,
                                             const std::vector<archive::PayloadFile>& payloads,
                                             const Rejection& rejection);

}  // namespace healthmetric::unpack
