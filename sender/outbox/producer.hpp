#pragma once

#include <filesystem>
#include <string>

#include "common/payload/batch.hpp"

/// Who this state directory is to the receiver: `producer.db`, an SQLite database of its own, so
/// that whoever removes the record of what was sent keeps it.

namespace healthmetric::outbox {

/// With --no-identity a batch must not be told to be of the same machine as others.
enum class Naming { named, anonymous };

/// The mark of the next batch. Its id is `wanted`, else the one that was used last, else
/// `fallback`, or where it is anonymous a random one. The instance is random and kept; the sequence
/// is one more than that of any batch before. Throws Error{io} that names the database.
payload::ProducerMark next_producer_mark(const std::filesystem::path& state_dir, Naming naming,
                                         const std::string& wanted, const std::string& fallback);

/// A random id that stands for a source folder, always the same one. Throws Error{io} that names
/// the database.
std::string folder_id(const std::filesystem::path& state_dir, const std::string& folder);

}  // namespace healthmetric::outbox
