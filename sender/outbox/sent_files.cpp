#include "sender/outbox/sent_files.hpp"

#include <algorithm>

#include "common/base/printable.hpp"
#include "common/base/system_error.hpp"
#include "common/database/sqlite.hpp"
#include "common/platform/file.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/log.hpp"

namespace healthmetric::outbox {
namespace {

using database::Connection;
using database::Statement;
using database::Transaction;

constexpr const char* kSchema = R"(
  CREATE TABLE IF NOT EXISTS sent (
    target TEXT NOT NULL, location BLOB NOT NULL, size INTEGER NOT NULL, modified_ns INTEGER,
    sha256 TEXT NOT NULL, batch_id TEXT NOT NULL,
    PRIMARY KEY (target, location)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sent_by_batch ON sent (target, batch_id);
  CREATE TABLE IF NOT EXISTS unconfirmed (
    target TEXT NOT NULL, batch_id TEXT NOT NULL, delivered_s INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (target, batch_id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sent_folders (
    id INTEGER PRIMARY KEY, target TEXT NOT NULL, folder BLOB NOT NULL, batch_name TEXT NOT NULL,
    UNIQUE (target, folder, batch_name));
  CREATE TABLE IF NOT EXISTS sent_paths (
    folder INTEGER NOT NULL, path BLOB NOT NULL, gone_in TEXT,
    PRIMARY KEY (folder, path)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS sent_paths_gone ON sent_paths (gone_in) WHERE gone_in IS NOT NULL;
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

bool has_delivered_time(const Connection& connection) {
  Statement column(connection,
                   "SELECT 1 FROM pragma_table_info('unconfirmed') WHERE name = 'delivered_s'");
  return column.step();
}

bool is_complete(const Connection& connection) {
  constexpr std::int64_t kParts = 6;
  Statement count(connection,
                  "SELECT count(*) FROM sqlite_schema "
                  "WHERE name IN ('sent', 'sent_by_batch', 'unconfirmed', 'sent_folders', "
                  "'sent_paths', 'sent_paths_gone')");
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

constexpr const char* kFindFolder =
    "SELECT id FROM sent_folders WHERE target = ? AND folder = ? AND batch_name = ?";

/// In place of the size of a queued file that is gone.
constexpr std::int64_t kGone = -1;

constexpr const char* kDatabaseFile = "sent.db";
constexpr const char* kIfDamaged = "remove it: then each file is sent once more";

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
  database_ = std::make_unique<Database>(Database{
      {}, database::open_own_database(state_dir / kDatabaseFile, kIfDamaged), key_of(target)});
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
      throw_system_error("cannot copy " + in_quotes(path.string() + suffix), error);
    }
  }
  return std::make_unique<Database>(
      Database{std::move(room), Connection(copy, Connection::Access::read_write, kIfDamaged),
               key_of(target), false});
}

SentFiles SentFiles::read_only(const std::filesystem::path& state_dir,
                               const model::Target& target) {
  const std::filesystem::path path = state_dir / kDatabaseFile;
  database::expect_own_database(path);
  const auto state = platform::file_state(path);
  if (state && state->size_bytes > 0) {
    Connection connection(path, Connection::Access::read_only, kIfDamaged);
    if (!connection.is_readable()) return SentFiles(open_copy(path, target));
    return SentFiles(
        std::make_unique<Database>(Database{{}, std::move(connection), key_of(target), false}));
  }
  auto empty = std::make_unique<Database>(Database{
      {}, Connection(":memory:", Connection::Access::read_write, kIfDamaged), key_of(target)});
  empty->connection.execute(kSchema);
  return SentFiles(std::move(empty));
}

SentFiles::SentFiles(SentFiles&&) noexcept = default;
SentFiles::~SentFiles() = default;

std::optional<pack::PackedFileRecord> SentFiles::find(const std::string& location) {
  Statement& query = database_->prepared_find();
  query.bytes(location).text(database_->target);
  std::optional<pack::PackedFileRecord> record;
  if (query.step() && query.number_at(0) != kGone) {
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
  const auto source = pack::read_source_record(folder);
  if (!source) return;
  for (const std::string& path : source->gone) {
    const std::string location = source->source.location_of(path);
    insert.bytes(location).number(kGone).number(std::optional<std::int64_t>()).text("");
    insert.step();
    insert.reset();
  }
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
  if (const auto source = pack::read_source_record(folder)) add_paths(*source, batch_id, folder);
  transaction.commit();
}

/// A file that comes back must not be taken for unchanged.
void SentFiles::add_paths(const pack::SourceRecord& record, const std::string& batch_id,
                          const std::filesystem::path& folder) {
  const Connection& connection = database_->connection;
  const pack::SourceFolder& source = record.source;
  Statement insert(
      connection, "INSERT OR IGNORE INTO sent_folders (target, folder, batch_name) VALUES (?,?,?)");
  insert.text(database_->target).bytes(source.folder).text(source.batch_name).step();
  Statement query(connection, kFindFolder);
  query.text(database_->target).bytes(source.folder).text(source.batch_name).step();
  const std::int64_t id = query.number_at(0);
  query.reset();
  const std::string prefix = source.location_of("");
  Statement sent(connection, "INSERT OR REPLACE INTO sent_paths VALUES (?, ?, NULL)");
  pack::for_each_packed_file(folder, [&](const pack::PackedFileRecord& file) {
    if (!file.location.starts_with(prefix)) return;
    sent.number(id).bytes(std::string_view(file.location).substr(prefix.size()));
    sent.step();
    sent.reset();
  });
  Statement gone(connection, "UPDATE sent_paths SET gone_in = ? WHERE folder = ? AND path = ?");
  Statement forget(connection, "DELETE FROM sent WHERE target = ? AND location = ?");
  for (const std::string& path : record.gone) {
    const std::string location = source.location_of(path);
    gone.text(batch_id).number(id).bytes(path);
    gone.step();
    gone.reset();
    forget.text(database_->target).bytes(location);
    forget.step();
    forget.reset();
  }
}

void SentFiles::for_each_path(const pack::SourceFolder& source,
                              const std::function<void(const std::string& path)>& use) {
  Statement query(database_->connection,
                  "SELECT path FROM sent_paths WHERE gone_in IS NULL AND folder = (SELECT id FROM "
                  "sent_folders WHERE target = ? AND folder = ? AND batch_name = ?) ORDER BY path");
  query.text(database_->target).bytes(source.folder).text(source.batch_name);
  while (query.step()) use(query.text_at(0));
}

std::vector<UnconfirmedBatch> SentFiles::unconfirmed(std::size_t count, const std::string& after) {
  Statement query(database_->connection,
                  "SELECT batch_id, delivered_s FROM unconfirmed WHERE target = ? "
                  "ORDER BY batch_id <= ?, batch_id LIMIT ?");
  query.text(database_->target).text(after).number(static_cast<std::int64_t>(count));
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
  Statement gone(database_->connection, "DELETE FROM sent_paths WHERE gone_in = ?");
  gone.text(batch_id).step();
}

void SentFiles::forget(const payload::BatchId& id) {
  const std::string batch_id = id.str();
  Transaction transaction(database_->connection);
  Statement remove(database_->connection, "DELETE FROM sent WHERE target = ? AND batch_id = ?");
  remove.text(database_->target).text(batch_id).step();
  Statement still_there(database_->connection,
                        "UPDATE sent_paths SET gone_in = NULL WHERE gone_in = ?");
  still_there.text(batch_id).step();
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
  if (!pack::has_packed_files(entry.folder) && entry.files > 0) return;
  record_if_possible(entry.id, [&] {
    SentFiles(state_dir, entry.target).add_delivered(entry.id, entry.folder, now);
  });
}

void record_unsent(const std::filesystem::path& state_dir, const OutboxEntry& entry) {
  record_if_possible(entry.id, [&] { SentFiles(state_dir, entry.target).forget(entry.id); });
}

void record_receipt(const std::filesystem::path& state_dir, const model::Target& target,
                    const payload::BatchId& id, archive::BatchStatus status) {
  record_if_possible(id, [&] {
    SentFiles sent(state_dir, target);
    status == archive::BatchStatus::stored ? sent.confirm(id) : sent.forget(id);
  });
}

}  // namespace healthmetric::outbox
