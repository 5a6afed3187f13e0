#pragma once

#include <memory>

#include "common/base/stream.hpp"
#include "receiver/tables/table.hpp"

namespace healthmetric::tables {

/// CSV as in RFC 4180, but with line feeds alone, and with a header. NULL is an empty field, and an
/// empty text is "". Throws what `sink` throws.
std::unique_ptr<RowWriter> csv_writer(const Table& table, Sink& sink);

/// A JSON object a line.
std::unique_ptr<RowWriter> ndjson_writer(const Table& table, Sink& sink);

}  // namespace healthmetric::tables
