#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

/// The tables that `export` writes, whatever the format. docs/export.md describes the columns; a
/// test compares it with this list.

namespace healthmetric::tables {

enum class Type { text, integer };

struct Column {
  std::string_view name;
  Type type = Type::text;
  bool may_be_null = false;
};

struct Table {
  std::string_view name;
  std::span<const Column> columns;
};

/// A value of a row; std::monostate is NULL. Texts are borrowed: a writer copies what it keeps.
using Value = std::variant<std::monostate, std::uint64_t, std::string_view>;

/// A row a batch, stored or rejected.
const Table& batches();

/// A row a stored version of a file.
const Table& files();

/// The rows of files() that are the current state. In SQLite it is a view.
const Table& latest();

/// Takes the rows of one table.
class RowWriter {
 public:
  RowWriter() = default;
  RowWriter(const RowWriter&) = delete;
  RowWriter& operator=(const RowWriter&) = delete;
  virtual ~RowWriter() = default;

  /// `values` has one for each column, in their order.
  virtual void add(std::span<const Value> values) = 0;
};

}  // namespace healthmetric::tables
