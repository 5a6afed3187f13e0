#include "receiver/report.hpp"

#include <algorithm>

#include "common/format.hpp"
#include "common/json.hpp"
#include "common/printable.hpp"
#include "common/utf8.hpp"

namespace healthmetric {
namespace {

using Status = BatchReport::Status;

constexpr std::size_t kMaxMarkdownRows = 200;
constexpr std::size_t kMaxMarkdownNameBytes = 300;

std::string_view to_text(Status status) {
  switch (status) {
    case Status::stored:
      return "stored";
    case Status::rejected:
      return "rejected";
    case Status::repeated:
      return "repeated";
    case Status::waiting:
      return "waiting";
    case Status::verified:
      return "verified";
  }
  return "";
}

Json paths_json(const std::vector<RelativePath>& paths) {
  Json list = Json::array();
  for (const RelativePath& path : paths) list.push_back(path.str());
  return list;
}

Json batch_json(const BatchReport& batch) {
  Json json;
  json["batch_id"] = batch.id ? Json(batch.id->str()) : Json(nullptr);
  json["batch_name"] = batch.batch_name;
  json["status"] = to_text(batch.status);
  json["files"] = batch.files;
  json["bytes"] = batch.size_bytes;
  json["reason"] = batch.reason.empty() ? Json(nullptr) : Json(batch.reason);
  json["summary"] = batch.summary ? Json(batch.summary->str()) : Json(nullptr);
  json["payloads"] = paths_json(batch.payloads);
  json["rejected"] = paths_json(batch.rejected);
  return json;
}

/// `text` for a Markdown table cell, as code: what Markdown or HTML could read is written as a
/// character reference, so a name shows as itself, whatever it is.
std::string markdown_code(std::string_view text) {
  constexpr std::string_view kPlain = " -./_";
  const std::string shown = printable(utf8_prefix(text, kMaxMarkdownNameBytes));
  std::string out = "<code>";
  for (const char c : shown) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = byte >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                          (c >= 'a' && c <= 'z') || kPlain.find(c) != std::string_view::npos;
    out += is_plain ? std::string(1, c) : fmt::format("&#{};", static_cast<unsigned>(byte));
  }
  return out + "</code>";
}

std::string label(const BatchReport& batch) {
  return batch.id ? batch.id->str() : batch.payloads.empty() ? "" : batch.payloads.front().str();
}

std::string markdown_row(const BatchReport& batch) {
  return fmt::format("| {} | {} | {} | {} | {} |\n", markdown_code(label(batch)),
                     to_text(batch.status), batch.files, human_bytes(batch.size_bytes),
                     batch.reason.empty() ? "" : markdown_code(batch.reason));
}

}  // namespace

std::uint64_t Report::count(Status status) const {
  return static_cast<std::uint64_t>(std::count_if(
      batches.begin(), batches.end(), [&](const BatchReport& b) { return b.status == status; }));
}

std::string to_line(const Report& report) {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  for (const BatchReport& batch : report.batches) {
    if (batch.status != Status::stored && batch.status != Status::verified) continue;
    files += batch.files;
    bytes += batch.size_bytes;
  }
  std::string line;
  const auto add = [&](Status status, const std::string& detail) {
    const std::uint64_t count = report.count(status);
    if (count == 0) return;
    line += fmt::format("{}{} {}{}", line.empty() ? "" : ", ", to_text(status),
                        counted(count, "batch", "batches"), detail);
  };
  const std::string contents = fmt::format(" ({}, {})", counted_files(files), human_bytes(bytes));
  add(Status::stored, contents);
  add(Status::verified, contents);
  add(Status::rejected, "");
  add(Status::repeated, "");
  add(Status::waiting, "");
  return line.empty() ? "nothing to receive" : line;
}

std::string to_json_text(const Report& report) {
  Json json;
  json["batches"] = Json::array();
  for (const BatchReport& batch : report.batches) json["batches"].push_back(batch_json(batch));
  json["triggers_removed"] = paths_json(report.triggers_removed);
  return to_text(json);
}

std::string to_markdown(const Report& report) {
  std::string text = "## Health metrics received\n\n" + to_line(report) + ".\n";
  if (report.batches.empty()) return text;
  text += "\n| Batch | Status | Files | Size | Reason |\n| --- | --- | ---: | ---: | --- |\n";
  const std::size_t rows = std::min(report.batches.size(), kMaxMarkdownRows);
  for (std::size_t i = 0; i < rows; ++i) text += markdown_row(report.batches[i]);
  if (rows < report.batches.size()) {
    text += fmt::format("\n… and {} more.\n", report.batches.size() - rows);
  }
  return text;
}

}  // namespace healthmetric
