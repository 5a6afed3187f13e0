#pragma once

#include <string>

#include "common/archive/storage.hpp"
#include "receiver/commands/report.hpp"

namespace healthmetric::receiver {

/// A section for a workflow's step summary: what became of each batch, and the files of the stored
/// ones as their summaries have them. Every name is escaped. Less than 1 MiB, which is what GitHub
/// shows of a step; what is left out is counted.
std::string to_markdown(const Report& report, archive::Storage& storage);

}  // namespace healthmetric::receiver
