#pragma once

#include <cstdint>

#include "common/payload/batch.hpp"

namespace healthmetric::model {

/// The smallest part size allowed: the metadata of an entry with a long name must fit.
inline constexpr std::uint64_t kMinPartBytes = std::uint64_t{64} * 1024;

/// Measured limits of the contents API are 35 to 40 MiB an object.
inline constexpr std::uint64_t kDefaultPartBytes = 20 * payload::kMiB;

/// The default of --outbox-limit.
inline constexpr std::uint64_t kDefaultOutboxBytes = 2048 * payload::kMiB;

}  // namespace healthmetric::model
