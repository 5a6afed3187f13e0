#pragma once

#include <string>
#include <vector>

#include "common/archive/storage.hpp"
#include "receiver/unpack/inbox.hpp"

namespace healthmetric::unpack {

struct Retried {
  std::vector<std::string> taken;  ///< payloads in `rejected/` that are in the inbox now
  std::vector<std::string> left;   ///< those that could not be moved; the log says why
};

/// Moves every payload of `rejected/` that has its reason beside it back into the inbox, under the
/// name it had, and removes the summary that called its batch rejected, and the reason. A payload
/// whose name is taken in the inbox stays.
///
/// The summary is removed first, or the payload would count as a repeat of a rejected one; the
/// reason is removed last, because it has the name to restore. A reason that a crash left without
/// its payload is removed by the next call.
Retried retry_rejected(archive::Storage& storage);

/// The parts of batches that were rejected because other parts were missing, if those are in the
/// inbox now and no part is missing any more. Each has its original name, and its path in
/// `rejected/`.
std::vector<NamedPayload> early_parts(archive::Storage& storage, const Inbox& inbox);

/// Moves them back to the inbox in the same way. Returns the paths of those that were moved.
std::vector<std::string> take_back(archive::Storage& storage,
                                   const std::vector<NamedPayload>& early);

}  // namespace healthmetric::unpack
