#include "receiver/tables/sqlite_tables.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::tables {
namespace {

using database::Connection;
using database::Statement;

/// "hmbd", in the header of the file: the tables in it are ours.
constexpr std::int64_t kApplicationId = 0x686D6264;

/// Of the tables' form. Those of another version are replaced.
constexpr std::int64_t kVersion = 1;

constexpr const char* kOurs = "('batches', 'files', 'latest', 'latest_files')";

std::int64_t number_of(const Connection& connection, const std::string& query) {
  Statement statement(connection, query.c_str());
  return statement.step() ? statement.number_at(0) : 0;
}

std::string definition(const Table& table, const std::string& more) {
  std::string sql = "CREATE TABLE " + std::string(table.name) + " (";
  for (const Column& column : table.columns) {
    sql += std::string(column.name) + (column.type == Type::text ? " TEXT" : " INTEGER");
    sql += column.may_be_null ? ", " : " NOT NULL, ";
  }
  return sql + more + ");";
}

std::string insertion(const std::string& beginning, std::size_t columns) {
  std::string sql = beginning + " VALUES (?";
  for (std::size_t column = 1; column < columns; ++column) sql += ", ?";
  return sql + ")";
}

void bind(Statement& statement, const Value& value) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    statement.text(*text);
  } else if (const auto* number = std::get_if<std::uint64_t>(&value)) {
    statement.number(static_cast<std::int64_t>(*number));
  } else {
    statement.number(std::nullopt);
  }
}

/// Inserts the values of some columns.
class Insertion final : public RowWriter {
 public:
  Insertion(const Connection& connection, const std::string& beginning,
            std::vector<std::size_t> columns)
      : columns_(std::move(columns)),
        statement_(connection, insertion(beginning, columns_.size()).c_str()) {}

  void add(std::span<const Value> values) override {
    for (const std::size_t column : columns_) bind(statement_, values[column]);
    statement_.step();
    statement_.reset();
  }

 private:
  std::vector<std::size_t> columns_;
  Statement statement_;
};

std::size_t position(const Table& table, std::string_view name) {
  const auto is_it = [&](const Column& column) { return column.name == name; };
  return static_cast<std::size_t>(std::find_if(table.columns.begin(), table.columns.end(), is_it) -
                                  table.columns.begin());
}

std::vector<std::size_t> all_of(const Table& table) {
  std::vector<std::size_t> positions(table.columns.size());
  for (std::size_t column = 0; column < positions.size(); ++column) positions[column] = column;
  return positions;
}

}  // namespace

SqliteTables::SqliteTables(const std::filesystem::path& file)
    : connection_(database::open_own_database(file, "name another file")),
      transaction_(connection_) {
  const bool is_ours = number_of(connection_, "PRAGMA application_id") == kApplicationId;
  const bool has_tables = number_of(connection_, std::string("SELECT count(*) FROM sqlite_schema "
                                                             "WHERE name COLLATE NOCASE IN ") +
                                                     kOurs) > 0;
  if (has_tables && !is_ours) {
    throw Error(ErrorCode::usage, in_quotes(file.string()) +
                                      " has tables of another program under the names batches, "
                                      "files or latest: name another file");
  }
  if (!has_tables || number_of(connection_, "PRAGMA user_version") != kVersion) create();
  connection_.execute("DELETE FROM batches; DELETE FROM files; DELETE FROM latest_files;");
}

void SqliteTables::create() {
  connection_.execute(
      "DROP VIEW IF EXISTS latest; DROP TABLE IF EXISTS latest_files; "
      "DROP TABLE IF EXISTS files; DROP TABLE IF EXISTS batches;");
  connection_.execute(definition(tables::batches(), "PRIMARY KEY (batch_id)").c_str());
  connection_.execute(definition(tables::files(), "PRIMARY KEY (batch_id, path)").c_str());
  connection_.execute(
      "CREATE TABLE latest_files (batch_id TEXT NOT NULL, path TEXT NOT NULL, "
      "PRIMARY KEY (batch_id, path)) WITHOUT ROWID;"
      "CREATE VIEW latest AS SELECT files.* FROM files JOIN latest_files USING (batch_id, path);");
  connection_.execute(("PRAGMA application_id = " + std::to_string(kApplicationId) +
                       "; PRAGMA user_version = " + std::to_string(kVersion))
                          .c_str());
}

std::unique_ptr<RowWriter> SqliteTables::batches() {
  return std::make_unique<Insertion>(connection_, "INSERT OR REPLACE INTO batches",
                                     all_of(tables::batches()));
}

std::unique_ptr<RowWriter> SqliteTables::files() {
  return std::make_unique<Insertion>(connection_, "INSERT OR IGNORE INTO files",
                                     all_of(tables::files()));
}

std::unique_ptr<RowWriter> SqliteTables::latest() {
  const Table& table = tables::latest();
  return std::make_unique<Insertion>(
      connection_, "INSERT OR IGNORE INTO latest_files",
      std::vector{position(table, "batch_id"), position(table, "path")});
}

void SqliteTables::commit() {
  transaction_.commit();
}

}  // namespace healthmetric::tables
