#pragma once

#include <cstddef>
#include <string>

#include "receiver/commands/growth_report.hpp"

/// How a GrowthReport is told, to people and to programs.

namespace healthmetric::receiver {

/// As docs/schemas/growth.schema.json has it.
std::string to_json_text(const GrowthReport& report);

/// Tables and sentences; each line ends with a line feed. `columns` is the width of the terminal, 0
/// if there is none.
std::string to_text(const GrowthReport& report, std::size_t columns);

/// What people should know beside it, each one message.
void tell(const GrowthReport& report);

}  // namespace healthmetric::receiver
