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
/// The summary goes first, or the payload would be a repeat of what was rejected; the reason goes
/// last, for without it nobody would know where the payload belongs. A reason that a crash left
/// without its payload is removed by the next call.
Retried retry_rejected(archive::Storage& storage);

/// Where parts of a batch were rejected because the others were long in coming, and those are in
/// the inbox now: the rejected ones, if with them no part is missing. Each has the name that it
/// goes by, and the path in `rejected/` where it lies.
std::vector<NamedPayload> early_parts(archive::Storage& storage, const Inbox& inbox);

/// Moves them back in the same way. Returns the paths of those that were moved.
std::vector<std::string> take_back(archive::Storage& storage,
                                   const std::vector<NamedPayload>& early);

}  // namespace healthmetric::unpack
