#pragma once

#include <cstddef>
#include <string>

#include "receiver/commands/storage_status.hpp"

/// How a StorageStatus is told, to people and to programs.

namespace healthmetric::receiver {

/// As docs/schemas/status.schema.json has it.
std::string to_json_text(const StorageStatus& status);

/// The table, and below it what was rejected and what waits; each line ends with a line feed.
/// `columns` is the width of the terminal, 0 if there is none.
std::string to_text(const StorageStatus& status, std::size_t columns);

/// What people should know beside it, each one message.
void tell(const StorageStatus& status);

}  // namespace healthmetric::receiver
