#include "common/archive/summary_writer.hpp"

#include "common/archive/layout.hpp"
#include "common/base/format.hpp"
#include "common/base/version.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::archive {
namespace {

text::Json payloads_json(const std::vector<PayloadFile>& payloads) {
  text::Json list = text::Json::array();
  for (const PayloadFile& payload : payloads) {
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
  text::Json json{{"host", sender->host},
                  {"user", sender->user},
                  {"version", sender->version},
                  {"os", sender->os},
                  {"token_expires", nullptr}};
  if (sender->token_expires) {
    json["token_expires"] = text::format_timestamp(*sender->token_expires);
  }
  return json;
}

text::Json text_or_null(const std::string& text) {
  return text.empty() ? text::Json(nullptr) : text::Json(text);
}

text::Json paths_json(const std::vector<payload::RelativePath>& paths) {
  text::Json list = text::Json::array();
  for (const payload::RelativePath& path : paths) list.push_back(path.str());
  return list;
}

text::Json warnings_json(const std::vector<Warning>& warnings) {
  text::Json list = text::Json::array();
  for (const Warning& warning : warnings) {
    list.push_back({{"path", warning.path}, {"warning", warning.text}});
  }
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
  head["reason"] = text_or_null(summary.reason);
  head["payloads"] = payloads_json(summary.payloads);
  head["timestamp"] = text::format_timestamp(summary.id.time);
  head["processed_at"] = text::format_timestamp(summary.processed_at);
  head["duration_ms"] = summary.duration.count();
  head["receiver"] = {{"version", kVersion}};
  head["producer"] = producer_of(metadata.producer, metadata.sender);
  head["instance"] = text_or_null(metadata.producer.instance);
  const auto& sequence = metadata.producer.sequence;
  head["sequence"] = sequence ? text::Json(*sequence) : text::Json(nullptr);
  head["source"] = metadata.source;
  head["sender"] = sender_json(metadata.sender);
  head["total_files"] = metadata.total_files;
  head["total_size"] = metadata.total_size_bytes;
  head["skipped"] = skipped_json(metadata.skipped);
  head["folders"] = paths_json(metadata.folders);
  head["gone"] = paths_json(metadata.gone);
  head["warnings"] = warnings_json(summary.warnings);
  return head;
}

std::string file_json(const RecordedFile& file) {
  std::string text = "    {\"path\": ";
  text::append_json_string(file.path, text);
  text += ", \"stored_path\": ";
  text::append_json_string(file.stored_path, text);
  text += fmt::format(R"(, "status": "stored", "size": {}, "sha256": "{}", )", file.size_bytes,
                      file.sha256);
  if (!file.git_blob.empty()) text += fmt::format(R"("git_blob": "{}", )", file.git_blob);
  text += fmt::format(R"("content_type": "{}")", file.content_type);
  if (file.modified) {
    text += fmt::format(R"(, "modified": "{}")", text::format_moment(*file.modified));
  }
  return text + "}";
}

/// The files are streamed behind a head made by the JSON library, whose closing brace is taken
/// off: a batch may have a hundred thousand of them.
void write_text(const Summary& summary, const EachFile& each_file, Sink& out) {
  std::string text = text::to_pretty_text(head_json(summary));
  text.resize(text.rfind('}') - 1);  // the brace and the line feed before it
  out.write(text);
  out.write(",\n  \"files\": [");
  bool first = true;
  each_file([&](const RecordedFile& file) {
    out.write(first ? "\n" : ",\n");
    out.write(file_json(file));
    first = false;
  });
  out.write(first ? "]\n}\n" : "\n  ]\n}\n");
}

}  // namespace

void write_summary(Storage& storage, const Summary& summary, const EachFile& each_file) {
  if (storage.exists(kStagedSummary)) storage.remove(kStagedSummary);
  {
    platform::OutputFile file = storage.create(kStagedSummary);
    write_text(summary, each_file, file);
    storage.sync(file);
  }
  storage.move_durably(kStagedSummary, summary_path(summary.id));
}

}  // namespace healthmetric::archive
