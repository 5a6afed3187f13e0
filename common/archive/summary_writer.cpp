#include "receiver/unpack/summary.hpp"

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/version.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"
#include "receiver/unpack/manifest.hpp"

namespace healthmetric::unpack {
namespace {

constexpr unsigned kSummarySchemaVersion = 1;
constexpr std::size_t kMaxWarnings = 100;

std::string_view to_text(archive::BatchStatus status) {
  return status == archive::BatchStatus::stored ? "stored" : "rejected";
}

text::Json payloads_json(const std::vector<archive::PayloadFile>& payloads) {
  text::Json list = text::Json::array();
  for (const archive::PayloadFile& payload : payloads) {
    list.push_back({{"path", payload.path.str()}, {"size", payload.size_bytes}});
  }
  return list;
}

text::Json skipped_json(const std::vector<payload::SkippedFile>& skipped) {
  text::Json list = text::Json::array();
  for (const payload::SkippedFile& file : skipped) {
    list.push_back({{"relative_path", file.path}, {"reason", file.reason}});
  }
  return list;
}

text::Json sender_json(const std::optional<payload::SenderIdentity>& sender) {
  if (!sender) return nullptr;
  return {{"host", sender->host}, {"user", sender->user}, {"version", sender->version}};
}

text::Json warnings_json(archive::Storage& storage,
                         const std::optional<payload::RelativePath>& manifest) {
  text::Json list = text::Json::array();
  if (!manifest) return list;
  for_each_entry(storage, *manifest, [&](const ManifestEntry& entry) {
    if (entry.looks_like_its_extension || list.size() == kMaxWarnings) return;
    list.push_back(
        {{"path", entry.path}, {"warning", "the content does not match the file extension"}});
  });
  return list;
}

/// Everything but the files, which follow as the last member.
text::Json head_json(const Summary& summary) {
  const payload::BatchMetadata& metadata = summary.metadata;
  text::Json head;
  head["schema_version"] = kSummarySchemaVersion;
  head["batch_id"] = summary.id.str();
  head["batch_name"] = metadata.batch_name;
  head["status"] = to_text(summary.status);
  head["reason"] = summary.reason.empty() ? text::Json(nullptr) : text::Json(summary.reason);
  head["payloads"] = payloads_json(summary.payloads);
  head["timestamp"] = text::format_timestamp(summary.id.time);
  head["processed_at"] = text::format_timestamp(summary.processed_at);
  head["duration_ms"] = summary.duration.count();
  head["receiver"] = {{"version", kVersion}};
  head["source"] = metadata.source;
  head["sender"] = sender_json(metadata.sender);
  head["total_files"] = metadata.total_files;
  head["total_size"] = metadata.total_size_bytes;
  head["skipped"] = skipped_json(metadata.skipped);
  return head;
}

std::string entry_json(const ManifestEntry& entry) {
  std::string text = "    {\"path\": ";
  text::append_json_string(entry.path, text);
  text += ", \"stored_path\": ";
  text::append_json_string(entry.stored_path, text);
  text += fmt::format(R"(, "status": "stored", "size": {}, "sha256": "{}", )", entry.size_bytes,
                      entry.sha256);
  if (!entry.git_blob.empty()) text += fmt::format(R"("git_blob": "{}", )", entry.git_blob);
  return text + fmt::format(R"("content_type": "{}"}})", entry.content_type);
}

/// The files are streamed behind a head made by the JSON library, whose closing brace is taken
/// off: a batch may have a hundred thousand of them.
void write_text(archive::Storage& storage, const Summary& summary,
                const std::optional<payload::RelativePath>& manifest, Sink& out) {
  text::Json head = head_json(summary);
  head["warnings"] = warnings_json(storage, manifest);
  std::string text = text::to_pretty_text(head);
  text.resize(text.rfind('}') - 1);  // the brace and the line feed before it
  out.write(text);
  out.write(",\n  \"files\": [");
  bool first = true;
  if (manifest) {
    for_each_entry(storage, *manifest, [&](const ManifestEntry& entry) {
      out.write(first ? "\n" : ",\n");
      out.write(entry_json(entry));
      first = false;
    });
  }
  out.write(first ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace

void write_summary(archive::Storage& storage, const Summary& summary,
                   const std::optional<payload::RelativePath>& manifest) {
  if (storage.exists(archive::kStagedSummary)) storage.remove(archive::kStagedSummary);
  {
    platform::OutputFile file = storage.create(archive::kStagedSummary);
    write_text(storage, summary, manifest, file);
    file.sync();
  }
  storage.move_durably(archive::kStagedSummary, archive::summary_path(summary.id));
}

std::optional<archive::Receipt> read_receipt(archive::Storage& storage,
                                             const payload::BatchId& id) {
  const payload::RelativePath path = archive::summary_path(id);
  auto file = storage.open(path);
  if (!file) return {};
  return with_context(in_quotes(path.str()),
                      [&] { return std::optional(archive::read_receipt(*file)); });
}

void remove_rejecting_summary(archive::Storage& storage, const payload::BatchId& id) {
  const auto receipt = read_receipt(storage, id);
  if (receipt && receipt->status == archive::BatchStatus::rejected)
    storage.remove(archive::summary_path(id));
}

}  // namespace healthmetric::unpack
