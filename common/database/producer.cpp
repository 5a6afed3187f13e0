#include "common/database/producer.hpp"

#include "common/base/error.hpp"
#include "common/database/sqlite.hpp"
#include "common/platform/file.hpp"

namespace healthmetric::database {
namespace {

constexpr std::size_t kIdDigits = 16;

constexpr const char* kDatabaseFile = "producer.db";
constexpr const char* kIfDamaged = "remove it: then the next batch begins a new series";

// Names in the column `naming`.
constexpr const char* kNamed = "named";
constexpr const char* kAnonymous = "anonymous";

constexpr const char* kProducerSchema = R"(
  CREATE TABLE IF NOT EXISTS producer (
    naming TEXT PRIMARY KEY, id TEXT NOT NULL, instance TEXT NOT NULL,
    sequence INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS folders (folder BLOB PRIMARY KEY, id TEXT NOT NULL) WITHOUT ROWID;
)";

const char* key_of(Naming naming) {
  return naming == Naming::named ? kNamed : kAnonymous;
}

Connection open_database(const std::filesystem::path& state_dir) {
  platform::create_private_directories(state_dir);
  return open_own_database(state_dir / kDatabaseFile, kIfDamaged);
}

/// The mark behind the last one.
payload::ProducerMark following_mark(const Connection& connection, Naming naming,
                                     const std::string& wanted, const std::string& fallback) {
  payload::ProducerMark mark;
  mark.sequence = 1;
  Statement query(connection, "SELECT id, instance, sequence FROM producer WHERE naming = ?");
  query.text(key_of(naming));
  if (query.step()) {
    mark = {query.text_at(0), query.text_at(1), static_cast<std::uint64_t>(query.number_at(2)) + 1};
  }
  if (mark.instance.empty()) mark.instance = random_id();
  if (!wanted.empty()) mark.id = wanted;
  if (mark.id.empty()) mark.id = naming == Naming::named ? fallback : random_id();
  return mark;
}

/// The result of `read` on the database, which is not changed; `otherwise` if there is none.
template <typename Read, typename Result>
Result read_if_there(const std::filesystem::path& state_dir, Result otherwise, Read read) {
  const std::filesystem::path path = state_dir / kDatabaseFile;
  expect_own_database(path);
  if (!platform::file_state(path)) return otherwise;
  return read(Connection(path, Connection::Access::read_only, kIfDamaged));
}

/// The same, and `otherwise` also if it cannot be read.
template <typename Read, typename Result>
Result read_existing(const std::filesystem::path& state_dir, Result otherwise, Read read) {
  try {
    return read_if_there(state_dir, otherwise, read);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::io) throw;
    return otherwise;
  }
}

/// "" in a database that is still empty, too.
std::string last_id(const Connection& connection) {
  Statement tables(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'producer'");
  if (!tables.step()) return {};
  Statement query(connection, "SELECT id FROM producer WHERE naming = ?");
  query.text(kNamed);
  return query.step() ? query.text_at(0) : std::string();
}

}  // namespace

std::string random_id() {
  return platform::random_hex(kIdDigits);
}

payload::ProducerMark next_producer_mark(const std::filesystem::path& state_dir, Naming naming,
                                         const std::string& wanted, const std::string& fallback) {
  const Connection connection = open_database(state_dir);
  Transaction transaction(connection);
  connection.execute(kProducerSchema);
  payload::ProducerMark mark = following_mark(connection, naming, wanted, fallback);
  Statement update(connection, "INSERT OR REPLACE INTO producer VALUES (?, ?, ?, ?)");
  update.text(key_of(naming))
      .text(mark.id)
      .text(mark.instance)
      .number(static_cast<std::int64_t>(mark.sequence.value()));
  update.step();
  transaction.commit();
  return mark;
}

payload::ProducerMark upcoming_producer_mark(const std::filesystem::path& state_dir, Naming naming,
                                             const std::string& wanted,
                                             const std::string& fallback) {
  const payload::ProducerMark first{wanted.empty() ? fallback : wanted, random_id(), 1};
  return read_existing(state_dir, first, [&](const Connection& connection) {
    return following_mark(connection, naming, wanted, fallback);
  });
}

std::string known_producer(const std::filesystem::path& state_dir) {
  return read_existing(state_dir, std::string(), last_id);
}

/// One that a crash left within a transaction is mended by the next run.
std::string recorded_producer(const std::filesystem::path& state_dir) {
  return read_if_there(state_dir, std::string(), [](const Connection& connection) {
    return connection.is_readable() ? last_id(connection) : std::string();
  });
}

std::string folder_id(const std::filesystem::path& state_dir, const std::string& folder) {
  const Connection connection = open_database(state_dir);
  Transaction transaction(connection);
  connection.execute(kProducerSchema);
  const std::string fresh = random_id();
  Statement insert(connection, "INSERT OR IGNORE INTO folders VALUES (?, ?)");
  insert.bytes(folder).text(fresh).step();
  Statement query(connection, "SELECT id FROM folders WHERE folder = ?");
  query.bytes(folder).step();
  std::string id = query.text_at(0);
  query.reset();
  transaction.commit();
  return id;
}

}  // namespace healthmetric::database
