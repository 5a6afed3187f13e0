#include "receiver/commands/markdown.hpp"

#include "common/archive/recorded_batch.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::receiver {
namespace {

constexpr std::size_t kMaxBytes = 900'000;
constexpr std::size_t kMaxRows = 200;
constexpr std::size_t kMaxNameBytes = 300;

/// `text` for a table cell, as code: what Markdown or HTML could read is written as a character
/// reference, so a name shows as itself, whatever it is.
std::string code(std::string_view text) {
  constexpr std::string_view kPlain = " -./_";
  const std::string shown = printable(utf8_prefix(text, kMaxNameBytes));
  std::string out = "<code>";
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                          (c >= 'a' && c <= 'z') || kPlain.find(c) != std::string_view::npos;
    out += is_plain ? std::string(1, c) : fmt::format("&#{};", static_cast<unsigned>(byte));
  }
  return out + "</code>";
}

/// The rows of one table that can still be read and for which there is room in the text.
class Table {
 public:
  Table(std::string& text, std::string_view head) : text_(text), head_(head) {}

  void add(const std::string& row) {
    if (rows_ == kMaxRows || text_.size() + head_.size() + row.size() > kMaxBytes) {
      ++skipped_;
      return;
    }
    if (!head_.empty()) text_ += head_;
    head_ = {};
    text_ += row;
    ++rows_;
  }

  void finish() {
    if (skipped_ > 0) text_ += fmt::format("\n… and {} more.\n", skipped_);
  }

 private:
  std::string& text_;
  std::string_view head_;  ///< empty once it is written
  std::size_t rows_ = 0;
  std::uint64_t skipped_ = 0;
};

std::string batch_row(const BatchReport& batch) {
  const std::string label = batch.id                 ? batch.id->str()
                            : batch.payloads.empty() ? ""
                                                     : batch.payloads.front().str();
  return fmt::format("| {} | {} | {} | {} | {} |\n", code(label), to_text(batch.status),
                     batch.files, human_bytes(batch.size_bytes),
                     batch.reason.empty() ? "" : code(batch.reason));
}

std::string file_row(const archive::RecordedFile& file) {
  return fmt::format("| {} | {} | {} | {} | {} | stored |\n", code(file.path),
                     code(file.stored_path), file.size_bytes, code(file.sha256),
                     code(file.content_type));
}

std::string from(const std::optional<payload::SenderIdentity>& sender) {
  if (!sender) return "";
  return fmt::format("From {}, user {}, sender {}. ", code(sender->host), code(sender->user),
                     code(sender->version));
}

std::string description(const archive::RecordedBatch& batch) {
  return fmt::format("{}Packed {}, received {} in {} ms: {}, {}; {}; {} skipped by the sender.\n\n",
                     from(batch.sender), text::format_timestamp(batch.packed_at),
                     text::format_timestamp(batch.processed_at), batch.duration_ms,
                     counted_files(batch.total_files), human_bytes(batch.total_size_bytes),
                     counted(batch.warnings, "warning", "warnings"), counted_files(batch.skipped));
}

void add_stored_batch(const payload::RelativePath& summary, archive::Storage& storage,
                      std::string& text) {
  const auto ignore = [](const archive::RecordedBatch&, const archive::RecordedFile&) {};
  const auto batch = archive::read_recorded_batch(storage, summary, ignore);
  if (!batch) return;
  text += "\n### " + code(batch->batch_id) + "\n\n" + description(*batch);
  Table files(text,
              "| File | Stored as | Bytes | SHA-256 | Type | Status |\n"
              "| --- | --- | ---: | --- | --- | --- |\n");
  archive::read_recorded_batch(
      storage, summary, [&](const archive::RecordedBatch&, const archive::RecordedFile& file) {
        files.add(file_row(file));
      });
  files.finish();
}

}  // namespace

std::string to_markdown(const Report& report, archive::Storage& storage) {
  std::string text = "## Health metrics received\n\n" + to_line(report) + ".\n";
  Table batches(text,
                "\n| Batch | Status | Files | Size | Reason |\n"
                "| --- | --- | ---: | ---: | --- |\n");
  for (const BatchReport& batch : report.batches) batches.add(batch_row(batch));
  batches.finish();
  for (const BatchReport& batch : report.batches) {
    if (batch.summary && batch.status == BatchReport::Status::stored && text.size() < kMaxBytes) {
      add_stored_batch(*batch.summary, storage, text);
    }
  }
  return text;
}

}  // namespace healthmetric::receiver
