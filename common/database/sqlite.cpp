#include "common/database/sqlite.hpp"

#include <sqlite3.h>

#include <chrono>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/own_file.hpp"

namespace healthmetric::database {
namespace {

/// Another process writes for some milliseconds; ten seconds are a fault.
constexpr std::chrono::milliseconds kBusyWait{20};
constexpr int kBusyWaits = 500;

/// SQLite's question, asked when another process has the database: whether to try again.
int wait_for_others(void* /*unused*/, int tries) {
  if (tries >= kBusyWaits) return 0;
  try {
    platform::sleep_unless_signalled(kBusyWait);
  } catch (const Error&) {
    return 0;
  }
  return 1;
}

}  // namespace

void Connection::Close::operator()(sqlite3* database) const noexcept {
  sqlite3_close_v2(database);
}

Connection::Connection(std::filesystem::path file, Access access, std::string if_damaged)
    : path_(std::move(file)), if_damaged_(std::move(if_damaged)) {
  sqlite3* opened = nullptr;
  const int flags = access == Access::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  const int result = sqlite3_open_v2(path_.string().c_str(), &opened, flags, nullptr);
  handle_.reset(opened);
  check(result);
  check(sqlite3_busy_handler(opened, &wait_for_others, nullptr));
}

bool Connection::is_readable() const {
  const int result =
      sqlite3_exec(handle(), "SELECT 1 FROM sqlite_schema", nullptr, nullptr, nullptr);
  if ((result & 0xFF) == SQLITE_READONLY) return false;
  check(result);
  return true;
}

void Connection::check(int result) const {
  if (result == SQLITE_OK || result == SQLITE_ROW || result == SQLITE_DONE) return;
  const int code = result & 0xFF;
  if (code == SQLITE_BUSY) platform::stop_if_signalled();
  const bool is_damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  throw Error(ErrorCode::io,
              in_quotes(path_.string()) + ": " +
                  printable(handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory") +
                  (is_damaged ? "; " + if_damaged_ : ""));
}

/// SQLite opens its files by name, and would wait for the writer of a FIFO.
void expect_own_database(const std::filesystem::path& path) {
  for (const char* suffix : {"", "-journal", "-wal"})
    platform::expect_own_file(path.string() + suffix);
}

Connection open_own_database(const std::filesystem::path& path, std::string if_damaged) {
  expect_own_database(path);
  platform::open_own_file(path);
  return {path, Connection::Access::read_write, std::move(if_damaged)};
}

void Connection::execute(const char* sql) const {
  check(sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr));
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Statement::Statement(const Connection& connection, const char* sql) : connection_(connection) {
  sqlite3_stmt* prepared = nullptr;
  check(sqlite3_prepare_v2(connection.handle(), sql, -1, &prepared, nullptr));
  statement_.reset(prepared);
}

Statement& Statement::text(std::string_view value) {
  check(sqlite3_bind_text64(statement_.get(), ++bound_, value.data(), value.size(), SQLITE_STATIC,
                            SQLITE_UTF8));
  return *this;
}

Statement& Statement::bytes(std::string_view value) {
  check(sqlite3_bind_blob64(statement_.get(), ++bound_, value.data(), value.size(), SQLITE_STATIC));
  return *this;
}

Statement& Statement::number(std::int64_t value) {
  check(sqlite3_bind_int64(statement_.get(), ++bound_, value));
  return *this;
}

Statement& Statement::number(std::optional<std::int64_t> value) {
  if (value) return number(*value);
  check(sqlite3_bind_null(statement_.get(), ++bound_));
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(statement_.get());
  check(result);
  return result == SQLITE_ROW;
}

void Statement::reset() {
  check(sqlite3_reset(statement_.get()));
  bound_ = 0;
}

std::int64_t Statement::number_at(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

bool Statement::is_null_at(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::string Statement::text_at(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return text == nullptr ? "" : std::string(text, text + size);
}

Transaction::Transaction(const Connection& connection) : connection_(connection) {
  connection_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!is_committed_) sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  connection_.execute("COMMIT");
  is_committed_ = true;
}

}  // namespace healthmetric::database
