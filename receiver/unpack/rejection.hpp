#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "common/archive/storage.hpp"
#include "common/base/error.hpp"
#include "common/payload/batch_id.hpp"
#include "receiver/unpack/inbox.hpp"

namespace healthmetric::unpack {

/// True for what makes one batch bad, as against what stops the run.
bool is_defect(ErrorCode code);

struct Rejection {
  std::optional<payload::BatchId> id;
  std::string reason;
  std::chrono::sys_seconds rejected_at;
};

/// Sets payloads aside, byte for byte, as `rejected/<payload file>`, each with a
/// `<payload file>.reason.json` beside it; the reason is written first, so that no payload lies
/// there unexplained. A file of that name with other content stays, and the new one gets "~2".
/// Returns the paths that are now there. Doing it again after a crash finishes it.
std::vector<payload::RelativePath> set_aside(archive::Storage& storage,
                                             const std::vector<archive::PayloadFile>& payloads,
                                             const Rejection& rejection);

}  // namespace healthmetric::unpack
