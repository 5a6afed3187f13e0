#include "receiver/commands/export_command.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/clock.hpp"
#include "common/program/show_result.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"
#include "receiver/commands/file_listing.hpp"
#include "receiver/commands/output_file.hpp"
#include "receiver/commands/recorded_batches.hpp"
#include "receiver/commands/stored_files.hpp"
#include "receiver/tables/sqlite_tables.hpp"
#include "receiver/tables/text_tables.hpp"

namespace healthmetric::receiver {
namespace {

using tables::RowWriter;
using tables::Value;

/// What was written, and to where.
struct Exported {
  std::string output;
  std::uint64_t batches = 0;
  std::uint64_t files = 0;
  std::uint64_t latest = 0;
  bool has_batches = false;  ///< whether they were asked for
  bool has_files = false;
  std::uint64_t faults = 0;
};

std::string to_line(const Exported& result) {
  const std::uint64_t files = std::max(result.files, result.latest);
  std::string line = "exported ";
  if (result.has_batches) line += counted(result.batches, "batch", "batches");
  if (result.has_batches && result.has_files) line += " and ";
  if (result.has_files) line += counted(files, "stored file", "stored files");
  line += " to " + in_quotes(result.output);
  if (result.faults > 0) line += "; " + counted(result.faults, "error", "errors");
  return line;
}

std::string to_json_text(const Exported& result) {
  return text::to_text({{"output", result.output},
                        {"batches", result.batches},
                        {"files", result.files},
                        {"latest", result.latest},
                        {"errors", result.faults}});
}

Value null_if_empty(const std::string& text) {
  return text.empty() ? Value() : Value(std::string_view(text));
}

void add_batch(RowWriter& rows, const payload::BatchId& id, const archive::RecordedBatch& batch) {
  const std::string batch_id = id.str();
  const std::string packed_at = text::format_timestamp(id.time);
  const std::string processed_at = text::format_timestamp(batch.processed_at);
  const payload::SenderIdentity sender = batch.sender.value_or(payload::SenderIdentity{});
  const Value sequence = batch.producer.sequence ? Value(*batch.producer.sequence) : Value();
  rows.add(std::array{Value(batch_id), Value(batch.batch_name), Value(batch.producer.id),
                      null_if_empty(batch.producer.instance), sequence, Value(packed_at),
                      Value(processed_at), Value(archive::to_text(batch.status)),
                      null_if_empty(batch.reason), Value(batch.total_files),
                      Value(batch.total_size_bytes), null_if_empty(sender.host),
                      null_if_empty(sender.version), null_if_empty(sender.os)});
}

/// Files as rows.
class FileRows final : public FileList {
 public:
  explicit FileRows(RowWriter& rows) : rows_(rows) {}

  void add(const ListedFile& listed) override {
    const archive::RecordedFile& file = listed.file;
    const std::string modified = file.modified ? text::format_moment_in_full(*file.modified) : "";
    const std::string processed_at = text::format_timestamp(listed.batch.processed_at);
    rows_.add(std::array{Value(file.path), Value(file.stored_path), Value(file.size_bytes),
                         Value(file.sha256), Value(file.content_type), null_if_empty(modified),
                         Value(listed.batch.key.producer), Value(listed.batch.key.batch_name),
                         Value(listed.batch.batch_id), Value(processed_at)});
    ++count_;
  }

  void finish() override {}
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  RowWriter& rows_;
  std::uint64_t count_ = 0;
};

/// Reads the storage, table by table.
class Exporter {
 public:
  Exporter(StoredFiles& stored, const BatchFilter& filter, std::chrono::sys_seconds at)
      : stored_(stored), filter_(filter), at_(at) {}

  std::uint64_t batches(RowWriter& rows) {
    std::uint64_t count = 0;
    const auto add = [&](const payload::BatchId& id, const archive::RecordedBatch& batch) {
      if (batch.processed_at <= at_) {
        add_batch(rows, id, batch);
        ++count;
      }
      return archive::Next::go_on;
    };
    for_each_batch(stored_.storage(), filter_, archive::Order::oldest_first, add,
                   [&](const Error& why) { stored_.complain(why); });
    return count;
  }

  std::uint64_t files(RowWriter& rows) {
    FileRows list(rows);
    listing(list).list_versions(at_);
    return list.count();
  }

  std::uint64_t latest(RowWriter& rows) {
    FileRows list(rows);
    listing(list).list_state(at_);
    return list.count();
  }

 private:
  FileListing listing(FileList& list) { return {stored_, filter_, all_, list, Listed::recorded}; }

  StoredFiles& stored_;
  const BatchFilter& filter_;
  std::chrono::sys_seconds at_;
  patterns::PathPatterns all_;
};

void export_sqlite(Exporter& exporter, const std::filesystem::path& output, Exported& result) {
  tables::SqliteTables database(output);
  result.has_batches = result.has_files = true;
  result.batches = exporter.batches(*database.batches());
  result.files = exporter.files(*database.files());
  result.latest = exporter.latest(*database.latest());
  database.commit();
}

void export_table(Exporter& exporter, const ExportOptions& options, Sink& sink, Exported& result) {
  const auto rows_of = [&](const tables::Table& table) {
    return options.format() == ExportOptions::Format::csv ? tables::csv_writer(table, sink)
                                                          : tables::ndjson_writer(table, sink);
  };
  result.has_batches = options.table() == tables::batches().name;
  result.has_files = !result.has_batches;
  if (result.has_batches) {
    result.batches = exporter.batches(*rows_of(tables::batches()));
  } else if (options.table() == tables::latest().name) {
    result.latest = exporter.latest(*rows_of(tables::latest()));
  } else {
    result.files = exporter.files(*rows_of(tables::files()));
  }
}

}  // namespace

ExportOptions::ExportOptions() : OptionGroup("Exporting") {
  add({.name = "format",
       .value = "FORMAT",
       .help =
           "Required: sqlite (a database with all tables; one that exists is brought up to date), "
           "csv or ndjson (one table each)",
       .goes_to = &format_,
       .choices = {"sqlite", "csv", "ndjson"}});
  add({.name = "table",
       .value = "TABLE",
       .help = "With csv and ndjson: files (every stored version), latest (the files as they are "
               "now) or batches (default files)",
       .goes_to = &table_,
       .choices = {"files", "latest", "batches"}});
}

void ExportOptions::check(const std::filesystem::path& output) const {
  constexpr const char* kHelp = " (healthmetric-receiver export --help)";
  if (format_.empty() || output.empty()) {
    throw Error(ErrorCode::usage,
                std::string("export requires --format FORMAT and --output FILE") + kHelp);
  }
  if (format() != Format::sqlite) return;
  if (!table_.empty()) {
    throw Error(ErrorCode::usage,
                "--table is for --format csv and ndjson: an SQLite database has all tables");
  }
  if (output == kStandardOutput) {
    throw Error(ErrorCode::usage, "--output - is for --format csv and ndjson: name a file");
  }
}

ExportOptions::Format ExportOptions::format() const {
  if (format_ == "csv") return Format::csv;
  return format_ == "ndjson" ? Format::ndjson : Format::sqlite;
}

std::string_view ExportOptions::example() const {
  switch (format()) {
    case Format::csv:
      return "files.csv";
    case Format::ndjson:
      return "files.ndjson";
    case Format::sqlite:
      break;
  }
  return "health.db";
}

ExportCommand::ExportCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("export", "Write what was stored as tables, for SQLite, DuckDB, pandas and others"),
      shared_(std::move(shared)) {
  take(shared_->storage, shared_->output, export_, shared_->batch_names, shared_->batch_filter,
       shared_->at, shared_->json, shared_->log);
}

program::ExitStatus ExportCommand::run(const program::CommandLine& line) {
  constexpr bool kChangesNothing = true;  // in the storage
  const RunOptions options = shared_->of_run(line, kChangesNothing);
  const std::filesystem::path& output = shared_->output.file();
  export_.check(output);
  platform::SystemClock clock;
  const std::chrono::sys_seconds now = clock.now_seconds();
  const BatchFilter filter = shared_->batch_filter.filter(shared_->batch_names, now);
  archive::StorageReader storage = open_storage_to_read(options, line);
  refuse_storage("--output ", output, options.storage);
  const OutputKind kind{.example = export_.example()};
  refuse_folder(output, kind);
  StoredFiles stored(storage);
  Exporter exporter(stored, filter, shared_->at.time(now));
  Exported result{output.string()};
  if (export_.format() == ExportOptions::Format::sqlite) {
    export_sqlite(exporter, output, result);
  } else {
    write_output(output, kind, [&](Sink& sink) { export_table(exporter, export_, sink, result); });
  }
  stored.suggest_checkout(result.batches + result.files + result.latest);
  result.faults = stored.faults();
  if (output != kStandardOutput) program::show_result(options, result);
  return result.faults == 0 ? program::ExitStatus::success : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::receiver
