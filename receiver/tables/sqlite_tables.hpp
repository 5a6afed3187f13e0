#pragma once

#include <filesystem>
#include <memory>

#include "common/database/sqlite.hpp"
#include "receiver/tables/table.hpp"

namespace healthmetric::tables {

/// The tables in an SQLite database, which may be there already and may have other tables. Readers
/// see the rows of before until commit(); without it nothing changes.
class SqliteTables {
 public:
  /// Throws Error{usage} if the database has tables or views of these names that are not ours, and
  /// Error{io} as everything here does.
  explicit SqliteTables(const std::filesystem::path& file);

  [[nodiscard]] std::unique_ptr<RowWriter> batches();
  /// The first of two rows with the same path and batch counts.
  [[nodiscard]] std::unique_ptr<RowWriter> files();
  /// Its rows must be among those of files().
  [[nodiscard]] std::unique_ptr<RowWriter> latest();

  void commit();

 private:
  void create();

  database::Connection connection_;
  database::Transaction transaction_;
};

}  // namespace healthmetric::tables
