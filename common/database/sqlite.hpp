#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

/// SQLite, its error codes turned into Error{io}, which every function here may throw. A signal
/// ends a wait for another process's writes, as stop_if_signalled() does.

namespace healthmetric::database {

/// An open database.
class Connection {
 public:
  enum class Access { read_only, read_write };

  /// `if_damaged` ends the message about a file that is damaged or no database: what to do.
  Connection(std::filesystem::path file, Access access, std::string if_damaged);

  /// False if a crash left it within a transaction: it must be recovered before it is read.
  [[nodiscard]] bool is_readable() const;

  /// Throws unless the result code means success.
  void check(int result) const;

  void execute(const char* sql) const;

  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };

  std::filesystem::path path_;
  std::string if_damaged_;
  std::unique_ptr<sqlite3, Close> handle_;
};

/// Throws Error{io} if the database or its journal is not a regular file: SQLite opens them by
/// name, and would wait for the writer of a FIFO.
void expect_own_database(const std::filesystem::path& path);

/// Opens a database for writing, after expect_own_database(); it is created, with mode 0600, if it
/// is missing.
Connection open_own_database(const std::filesystem::path& path, std::string if_damaged);

/// A statement; its values are bound from the first to the last. Texts must outlive it.
class Statement {
 public:
  Statement(const Connection& connection, const char* sql);

  Statement& text(std::string_view value);
  Statement& bytes(std::string_view value);
  Statement& number(std::int64_t value);
  Statement& number(std::optional<std::int64_t> value);

  /// True when there is a row.
  bool step();

  /// Makes it ready for other values.
  void reset();

  [[nodiscard]] std::int64_t number_at(int column) const;
  [[nodiscard]] bool is_null_at(int column) const;
  [[nodiscard]] std::string text_at(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  void check(int result) const { connection_.check(result); }

  const Connection& connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

/// All or nothing; undone unless committed.
class Transaction {
 public:
  explicit Transaction(const Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit();

 private:
  const Connection& connection_;
  bool is_committed_ = false;
};

}  // namespace healthmetric::database
