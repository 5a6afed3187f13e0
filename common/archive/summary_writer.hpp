#pragma once

#include <functional>

#include "common/archive/storage.hpp"
#include "common/archive/summary.hpp"

/// Writes what common/archive/summary_reader.hpp reads.

namespace healthmetric::archive {

/// Passes each stored file of a batch to `use`.
using EachFile = std::function<void(const std::function<void(const RecordedFile&)>& use)>;

/// Writes a summary, durably, in memory that does not grow with the number of files, of which a
/// rejected batch has none. An existing summary is kept.
void write_summary(Storage& storage, const Summary& summary, const EachFile& each_file);

}  // namespace healthmetric::archive
