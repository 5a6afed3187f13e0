#include "receiver/commands/report.hpp"

#include <algorithm>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/text/json.hpp"

namespace healthmetric::receiver {
namespace {

using Status = BatchReport::Status;

text::Json paths_json(const std::vector<payload::RelativePath>& paths) {
  text::Json list = text::Json::array();
  for (const payload::RelativePath& path : paths) list.push_back(path.str());
  return list;
}

text::Json batch_json(const BatchReport& batch) {
  text::Json json;
  json["batch_id"] = batch.id ? text::Json(batch.id->str()) : text::Json(nullptr);
  json["batch_name"] = batch.batch_name;
  json["status"] = to_text(batch.status);
  json["files"] = batch.files;
  json["bytes"] = batch.size_bytes;
  json["reason"] = batch.reason.empty() ? text::Json(nullptr) : text::Json(batch.reason);
  json["summary"] = batch.summary ? text::Json(batch.summary->str()) : text::Json(nullptr);
  json["payloads"] = paths_json(batch.payloads);
  json["rejected"] = paths_json(batch.rejected);
  return json;
}

}  // namespace

std::string_view to_text(BatchReport::Status status) {
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

bool Report::any_stuck() const {
  return std::any_of(batches.begin(), batches.end(),
                     [](const BatchReport& batch) { return batch.is_stuck; });
}

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
  const auto add = [&](Status status, std::string_view verb, const std::string& detail) {
    const std::uint64_t count = report.count(status);
    if (count == 0) return;
    line += fmt::format("{}{} {}{}", line.empty() ? "" : ", ", verb,
                        counted(count, "batch", "batches"), detail);
  };
  const std::string contents = fmt::format(" ({}, {})", counted_files(files), human_bytes(bytes));
  add(Status::stored, "stored", contents);
  add(Status::verified, "verified", contents);
  add(Status::rejected, report.is_dry_run ? "would reject" : "rejected", "");
  add(Status::repeated, "repeated", "");
  add(Status::waiting, "waiting", "");
  return line.empty() ? "nothing to receive" : line;
}

/// Batch by batch: there may be thousands of them.
std::string to_json_text(const Report& report) {
  std::string text = "{\"batches\":[";
  for (const BatchReport& batch : report.batches) {
    if (text.back() == '}') text += ',';
    text += text::to_text(batch_json(batch));
  }
  text::Json rest;
  rest["triggers_removed"] = paths_json(report.triggers_removed);
  rest["retried"] = report.retried;
  rest["not_retried"] = report.not_retried;
  return text + "]," + text::to_text(rest).substr(1);
}

}  // namespace healthmetric::receiver
