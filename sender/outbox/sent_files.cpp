#include "sender/outbox/sent_files.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/own_file.hpp"
#include "common/program/log.hpp"

namespace healthmetric::outbox {
namespace {

/// Another process writes for some milliseconds; ten seconds are a fault.
constexpr std::chrono::milliseconds kBusyWait{20};
constexpr int kBusyWaits = 500;

constexpr const char* kSchema = R"(
  CREATE TABLE IF NOT EXISTS sent (
    target TEXT NOT NULL, location BLOB NOT NULL, size INTEGER NOT NULL, modified_ns INTEGER,
    sha256 TEXT NOT NULL, batch_id TEXT NOT NULL,
    PRIMARY KEY (target, location)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sent_by_batch ON sent (target, batch_id);
  CREATE TABLE IF NOT EXISTS unconfirmed (
    target TEXT NOT NULL, batch_id TEXT NOT NULL, delivered_s INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (target, batch_id)) WITHOUT ROWID;
)";

/// What the first version did not have. Of batches delivered until then only the time of packing is
/// known: 0.
constexpr const char* kAddDeliveredTime =
    "ALTER TABLE unconfirmed ADD COLUMN delivered_s INTEGER NOT NULL DEFAULT 0";

constexpr const char* kQueuedSchema = R"(
  CREATE TEMP TABLE queued (
    location BLOB PRIMARY KEY, size INTEGER NOT NULL, modified_ns INTEGER,
    sha256 TEXT NOT NULL) WITHOUT ROWID;
)";

struct CloseDatabase {
  void operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

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

/// An open database; turns SQLite's error codes into ours.
class Connection {
 public:
  Connection(std::filesystem::path file, int flags) : path_(std::move(file)) {
    sqlite3* opened = nullptr;
    const int result = sqlite3_open_v2(path_.c_str(), &opened, flags, nullptr);
    handle_.reset(opened);
    check(result);
    check(sqlite3_busy_handler(opened, &wait_for_others, nullptr));
  }

  /// False for one that a crash left within a transaction: it must be put right before it is read.
  [[nodiscard]] bool is_readable() const {
    const int result =
        sqlite3_exec(handle(), "SELECT 1 FROM sqlite_schema", nullptr, nullptr, nullptr);
    if ((result & 0xFF) == SQLITE_READONLY) return false;
    check(result);
    return true;
  }

  void check(int result) const {
    if (result == SQLITE_OK || result == SQLITE_ROW || result == SQLITE_DONE) return;
    const int code = result & 0xFF;
    if (code == SQLITE_BUSY) platform::stop_if_signalled();
    const bool is_damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    throw Error(ErrorCode::io,
                in_quotes(path_.string()) + ": " +
                    printable(handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory") +
                    (is_damaged ? "; remove it: then each file is sent once more" : ""));
  }

  void execute(const char* sql) const {
    check(sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr));
  }

  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  std::filesystem::path path_;
  std::unique_ptr<sqlite3, CloseDatabase> handle_;
};

/// A statement with its values. Texts must outlive it.
class Statement {
 public:
  Statement(const Connection& connection, const char* sql) : connection_(connection) {
    sqlite3_stmt* prepared = nullptr;
    check(sqlite3_prepare_v2(connection.handle(), sql, -1, &prepared, nullptr));
    statement_.reset(prepared);
  }

  Statement& text(std::string_view value) {
    check(sqlite3_bind_text64(statement_.get(), ++bound_, value.data(), value.size(), SQLITE_STATIC,
                              SQLITE_UTF8));
    return *this;
  }
  Statement& bytes(std::string_view value) {
    check(
        sqlite3_bind_blob64(statement_.get(), ++bound_, value.data(), value.size(), SQLITE_STATIC));
    return *this;
  }
  Statement& number(std::int64_t value) {
    check(sqlite3_bind_int64(statement_.get(), ++bound_, value));
    return *this;
  }
  Statement& number(std::optional<std::int64_t> value) {
    if (value) return number(*value);
    check(sqlite3_bind_null(statement_.get(), ++bound_));
    return *this;
  }

  /// True when there is a row.
  bool step() {
    const int result = sqlite3_step(statement_.get());
    check(result);
    return result == SQLITE_ROW;
  }

  /// Makes it ready for other values.
  void reset() {
    check(sqlite3_reset(statement_.get()));
    bound_ = 0;
  }

  [[nodiscard]] std::int64_t number_at(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
  }
  [[nodiscard]] bool is_null_at(int column) const {
    return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
  }
  [[nodiscard]] std::string text_at(int column) const {
    const unsigned char* text = sqlite3_column_text(statement_.get(), column);
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return text == nullptr ? "" : std::string(text, text + size);
  }

 private:
  void check(int result) const { connection_.check(result); }

  const Connection& connection_;
  std::unique_ptr<sqlite3_stmt, FinalizeStatement> statement_;
  int bound_ = 0;
};

/// All or nothing; undone unless committed.
class Transaction {
 public:
  explicit Transaction(const Connection& connection) : connection_(connection) {
    connection_.execute("BEGIN IMMEDIATE");
  }
  ~Transaction() {
    if (!is_committed_) {
      sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void commit() {
    connection_.execute("COMMIT");
    is_committed_ = true;
  }

 private:
  const Connection& connection_;
  bool is_committed_ = false;
};

bool has_delivered_time(const Connection& connection) {
  Statement column(connection,
                   "SELECT 1 FROM pragma_table_info('unconfirmed') WHERE name = 'delivered_s'");
  return column.step();
}

bool is_complete(const Connection& connection) {
  constexpr std::int64_t kParts = 3;
  Statement count(connection,
                  "SELECT count(*) FROM sqlite_schema "
                  "WHERE name IN ('sent', 'sent_by_batch', 'unconfirmed')");
  return count.step() && count.number_at(0) == kParts && has_delivered_time(connection);
}

/// In one transaction, for each takes a disk some flushes; and none where all is there already.
void create_schema(const Connection& connection) {
  if (is_complete(connection)) return;
  Transaction transaction(connection);
  connection.execute(kSchema);
  // Asked once more within the transaction: another process may have been quicker.
  if (!has_delivered_time(connection)) connection.execute(kAddDeliveredTime);
  transaction.commit();
}

constexpr const char* kDatabaseFile = "sent.db";

/// SQLite opens its files by name, and would wait for the writer of a FIFO.
void expect_own_database(const std::filesystem::path& path) {
  for (const char* suffix : {"", "-journal", "-wal"})
    platform::expect_own_file(path.string() + suffix);
}

std::string key_of(const model::Target& target) {
  return target.api_url + "\n" + target.repository + "\n" + target.branch;
}

}  // namespace

struct SentFiles::Database {
  std::unique_ptr<platform::TemporaryDirectory> room;  ///< of a copy
  Connection connection;
  std::string target;
  bool is_writable = true;
  std::optional<Statement> find = {};  ///< prepared once: it is asked of every file

  [[nodiscard]] Statement& prepared_find() {
    static constexpr const char* kFind =
        "SELECT size, modified_ns, sha256, 0 AS age FROM queued WHERE location = ?1 "
        "UNION ALL SELECT size, modified_ns, sha256, 1 FROM sent "
        "WHERE location = ?1 AND target = ?2 ORDER BY age LIMIT 1";
    if (!find) find.emplace(connection, kFind);
    return *find;
  }
};

SentFiles::SentFiles(const std::filesystem::path& state_dir, const model::Target& target) {
  platform::create_private_directories(state_dir);
  const std::filesystem::path path = state_dir / kDatabaseFile;
  expect_own_database(path);
  platform::open_own_file(path);
  database_ = std::make_unique<Database>(
      Database{{}, Connection(path, SQLITE_OPEN_READWRITE), key_of(target)});
  create_schema(database_->connection);
  database_->connection.execute(kQueuedSchema);
}

SentFiles::SentFiles(std::unique_ptr<Database> database) : database_(std::move(database)) {
  database_->connection.execute(kQueuedSchema);
}

/// The copy is put right. The journal comes first: what it undoes may have been undone by the time
/// the database is copied, and undoing it twice is the same as once.
std::unique_ptr<SentFiles::Database> SentFiles::open_copy(const std::filesystem::path& path,
                                                          const model::Target& target) {
  auto room = std::make_unique<platform::TemporaryDirectory>();
  const std::filesystem::path copy = room->path() / kDatabaseFile;
  for (const char* suffix : {"-journal", ""}) {
    std::error_code error;
    std::filesystem::copy_file(path.string() + suffix, copy.string() + suffix, error);
    if (error && error != std::errc::no_such_file_or_directory) {
      throw_system_error("cannot copy " + in_quotes(path.string() + suffix), error.value());
    }
  }
  return std::make_unique<Database>(
      Database{std::move(room), Connection(copy, SQLITE_OPEN_READWRITE), key_of(target), false});
}

SentFiles SentFiles::read_only(const std::filesystem::path& state_dir,
                               const model::Target& target) {
  const std::filesystem::path path = state_dir / kDatabaseFile;
  expect_own_database(path);
  const auto state = platform::file_state(path);
  if (state && state->size_bytes > 0) {
    Connection connection(path, SQLITE_OPEN_READONLY);
    if (!connection.is_readable()) return SentFiles(open_copy(path, target));
    return SentFiles(
        std::make_unique<Database>(Database{{}, std::move(connection), key_of(target), false}));
  }
  auto empty = std::make_unique<Database>(
      Database{{}, Connection(":memory:", SQLITE_OPEN_READWRITE), key_of(target)});
  empty->connection.execute(kSchema);
  return SentFiles(std::move(empty));
}

SentFiles::SentFiles(SentFiles&&) noexcept = default;
SentFiles::~SentFiles() = default;

std::optional<pack::PackedFileRecord> SentFiles::find(const std::string& location) {
  Statement& query = database_->prepared_find();
  query.bytes(location).text(database_->target);
  std::optional<pack::PackedFileRecord> record;
  if (query.step()) {
    record = {location, static_cast<std::uint64_t>(query.number_at(0)),
              query.is_null_at(1) ? std::nullopt : std::optional(query.number_at(1)),
              query.text_at(2)};
  }
  query.reset();  // until then nobody else can write
  return record;
}

void SentFiles::add_queued(const std::filesystem::path& folder) {
  Statement insert(database_->connection, "INSERT OR REPLACE INTO queued VALUES (?, ?, ?, ?)");
  pack::for_each_packed_file(folder, [&](const pack::PackedFileRecord& file) {
    insert.bytes(file.location)
        .number(static_cast<std::int64_t>(file.size_bytes))
        .number(file.modified_ns)
        .text(file.sha256);
    insert.step();
    insert.reset();
  });
}

void SentFiles::update_time(const pack::PackedFileRecord& record) {
  if (!database_->is_writable) return;
  Statement update(database_->connection,
                   "UPDATE sent SET modified_ns = ? WHERE location = ? AND target = ? "
                   "AND sha256 = ?");
  update.number(record.modified_ns)
      .bytes(record.location)
      .text(database_->target)
      .text(record.sha256);
  update.step();
}

void SentFiles::add_delivered(const payload::BatchId& id, const std::filesystem::path& folder,
                              std::chrono::sys_seconds now) {
  const std::string batch_id = id.str();
  Transaction transaction(database_->connection);
  Statement insert(database_->connection, "INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?, ?, ?)");
  pack::for_each_packed_file(folder, [&](const pack::PackedFileRecord& file) {
    insert.text(database_->target)
        .bytes(file.location)
        .number(static_cast<std::int64_t>(file.size_bytes))
        .number(file.modified_ns)
        .text(file.sha256)
        .text(batch_id);
    insert.step();
    insert.reset();
  });
  Statement batch(database_->connection, "INSERT OR REPLACE INTO unconfirmed VALUES (?, ?, ?)");
  batch.text(database_->target).text(batch_id).number(now.time_since_epoch().count()).step();
  transaction.commit();
}

std::vector<UnconfirmedBatch> SentFiles::unconfirmed(std::size_t count) {
  Statement query(database_->connection,
                  "SELECT batch_id, delivered_s FROM unconfirmed WHERE target = ? "
                  "ORDER BY batch_id LIMIT ?");
  query.text(database_->target).number(static_cast<std::int64_t>(count));
  std::vector<UnconfirmedBatch> batches;
  while (query.step()) {
    auto id = payload::BatchId::parse(query.text_at(0));
    if (!id) continue;
    const std::chrono::sys_seconds delivered{std::chrono::seconds(query.number_at(1))};
    const auto packed = id->time;
    batches.push_back({std::move(*id), std::max(delivered, packed)});
  }
  return batches;
}

void SentFiles::confirm(const payload::BatchId& id) {
  Statement remove(database_->connection,
                   "DELETE FROM unconfirmed WHERE target = ? AND batch_id = ?");
  const std::string batch_id = id.str();
  remove.text(database_->target).text(batch_id).step();
}

void SentFiles::forget(const payload::BatchId& id) {
  const std::string batch_id = id.str();
  Transaction transaction(database_->connection);
  Statement remove(database_->connection, "DELETE FROM sent WHERE target = ? AND batch_id = ?");
  remove.text(database_->target).text(batch_id).step();
  confirm(id);
  transaction.commit();
}

namespace {

/// Runs `record`; what keeps it from succeeding is worth a warning.
void record_if_possible(const payload::BatchId& id, const std::function<void()>& record) {
  try {
    record();
  } catch (const Error& error) {
    log::warning(std::string(error.what()) + "; --changed-only may take the files of " + id.str() +
                 " for unsent");
  }
}

}  // namespace

void record_delivered(const std::filesystem::path& state_dir, const OutboxEntry& entry,
                      std::chrono::sys_seconds now) {
  if (!pack::has_packed_files(entry.folder)) return;
  record_if_possible(entry.id, [&] {
    SentFiles(state_dir, entry.target).add_delivered(entry.id, entry.folder, now);
  });
}

void record_receipt(const std::filesystem::path& state_dir, const model::Target& target,
                    const payload::BatchId& id, archive::BatchStatus status) {
  record_if_possible(id, [&] {
    SentFiles sent(state_dir, target);
    status == archive::BatchStatus::stored ? sent.confirm(id) : sent.forget(id);
  });
}

}  // namespace healthmetric::outbox
