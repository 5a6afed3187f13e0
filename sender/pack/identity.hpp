#pragma once

#include "common/payload/batch.hpp"

namespace healthmetric::pack {

/// This machine, its user and this program, for the batch's metadata. What the system does not
/// provide is empty.
payload::SenderIdentity local_identity();

}  // namespace healthmetric::pack
