#include "receiver/commands/file_list.hpp"

#include <utility>
#include <vector>

#include "common/archive/stored_batches.hpp"
#include "common/base/printable.hpp"
#include "common/payload/batch_id.hpp"
#include "common/platform/file.hpp"
#include "common/platform/terminal.hpp"
#include "common/text/timestamp.hpp"
#include "receiver/commands/json_list.hpp"
#include "receiver/commands/text_table.hpp"

namespace healthmetric::receiver {
namespace {

constexpr std::size_t kShownDigits = 12;  ///< of a SHA-256

std::vector<Column> columns_of(Columns columns) {
  std::vector<Column> result{{"TIME"}, {"SIZE", Align::right}};
  if (columns == Columns::versions) result.push_back({"SHA-256"});
  result.push_back({"PRODUCER", Align::left, true});
  result.push_back({"BATCH", Align::left, true});
  if (columns == Columns::versions) result.push_back({"ID"});
  result.push_back({"PATH", Align::left, true});
  result.push_back({"STORED AS", Align::left, true});
  return result;
}

class FileTable final : public FileList {
 public:
  explicit FileTable(Columns columns)
      : columns_(columns),
        table_(columns_of(columns),
               platform::standard_output_is_a_terminal() ? platform::terminal_columns() : 0,
               platform::print) {}

  void add(const ListedFile& file) override {
    std::string time = text::format_timestamp(archive::time_of(file.file, file.batch).second);
    time.resize(16);  // to the minute
    time[10] = ' ';
    std::vector<std::string> cells{std::move(time), human_bytes(file.file.size_bytes)};
    const bool has_versions = columns_ == Columns::versions;
    if (has_versions) cells.push_back(printable(file.file.sha256.substr(0, kShownDigits)));
    cells.push_back(printable(file.batch.key.producer));
    cells.push_back(printable(file.batch.key.batch_name));
    const auto id = payload::BatchId::parse(file.batch.batch_id);
    if (has_versions) cells.push_back(id ? id->unique : "");
    cells.push_back(printable(file.file.path));
    cells.push_back(printable(file.file.stored_path));
    table_.add(std::move(cells));
  }

  void finish() override { table_.finish(); }

 private:
  Columns columns_;
  TextTable table_;
};

class JsonFileList final : public FileList {
 public:
  explicit JsonFileList(JsonList::Form form) : list_(form, platform::print) {}

  void add(const ListedFile& file) override {
    const auto& modified = file.file.modified;
    list_.add({{"path", file.file.path},
               {"stored_path", file.file.stored_path},
               {"bytes", file.file.size_bytes},
               {"sha256", file.file.sha256},
               {"content_type", file.file.content_type},
               {"modified", modified ? text::Json(text::format_moment(*modified)) : nullptr},
               {"producer", file.batch.key.producer},
               {"batch_name", file.batch.key.batch_name},
               {"batch_id", file.batch.batch_id},
               {"processed_at", text::format_timestamp(file.batch.processed_at)}});
  }

  void finish() override { list_.finish(); }

 private:
  JsonList list_;
};

class PathList final : public FileList {
 public:
  PathList(Paths paths, LineEnd end, const std::string& root)
      : beginning_(paths == Paths::stored ? root + "/" : ""),
        paths_(paths),
        end_(end),
        is_for_people_(end == LineEnd::line_feed && platform::standard_output_is_a_terminal()) {}

  void add(const ListedFile& file) override {
    const std::string& path = paths_ == Paths::stored ? file.file.stored_path : file.file.path;
    text_ += is_for_people_ ? printable(beginning_ + path) : beginning_ + path;
    text_ += end_ == LineEnd::nul ? '\0' : '\n';
    if (text_.size() > kPrintedAtOnce) finish();
  }

  void finish() override {
    platform::print(text_);
    text_.clear();
  }

 private:
  std::string beginning_;
  Paths paths_;
  LineEnd end_;
  bool is_for_people_;
  std::string text_;
};

}  // namespace

std::unique_ptr<FileList> make_file_table(Columns columns) {
  return std::make_unique<FileTable>(columns);
}

std::unique_ptr<FileList> make_json_file_list(JsonList::Form form) {
  return std::make_unique<JsonFileList>(form);
}

std::unique_ptr<FileList> make_path_list(Paths paths, LineEnd end, const std::string& root) {
  return std::make_unique<PathList>(paths, end, root);
}

}  // namespace healthmetric::receiver
