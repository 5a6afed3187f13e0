#pragma once

#include <filesystem>
#include <string>

#include "common/payload/batch.hpp"

/// The identity of this state directory for the receiver: `producer.db`, an SQLite database of its
/// own, so that it is kept if the record of sent files is deleted.

namespace healthmetric::database {

/// With --no-identity nobody may see whether batches are from the same machine as others.
enum class Naming { named, anonymous };

/// The mark of the next batch. Its id is `wanted`, else the one used last, else `fallback` or, if
/// anonymous, a random one. The instance is random and kept; the sequence is greater by one than
/// that of any earlier batch. Throws Error{io} that names the database.
payload::ProducerMark next_producer_mark(const std::filesystem::path& state_dir, Naming naming,
                                         const std::string& wanted, const std::string& fallback);

/// What next_producer_mark() would return, with another random instance if there is none yet.
/// Changes nothing; a database that cannot be read counts as none.
payload::ProducerMark upcoming_producer_mark(const std::filesystem::path& state_dir, Naming naming,
                                             const std::string& wanted,
                                             const std::string& fallback);

/// A random id of a producer, an instance or a folder.
std::string random_id();

/// The id of the last batch that was not anonymous; "" if there was none, or the database cannot be
/// read.
std::string known_producer(const std::filesystem::path& state_dir);

/// The same, but throws Error{io} that names the database if it cannot be read, as
/// next_producer_mark() would. Changes nothing.
std::string recorded_producer(const std::filesystem::path& state_dir);

/// A random id that replaces a source folder, always the same for one folder. Throws Error{io} that
/// names the database.
std::string folder_id(const std::filesystem::path& state_dir, const std::string& folder);

}  // namespace healthmetric::database
