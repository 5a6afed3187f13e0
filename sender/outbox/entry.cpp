#include "sender/outbox/entry.hpp"

#include <algorithm>

#include "common/base/error.hpp"
#include "common/text/json.hpp"

namespace healthmetric::outbox {
namespace {

using std::chrono::microseconds;

constexpr unsigned kEntryVersion = 2;
/// Knew no inbox branch: payloads went to the branch itself.
constexpr unsigned kFirstEntryVersion = 1;

/// What an unreadable one is called, in front of what is wrong.
constexpr const char* kNote = "entry.json is damaged: it";

OutboxEntry read_entry(const text::Json& json, const std::filesystem::path& folder) {
  const auto id = payload::BatchId::parse(json.at("batch_id").get<std::string>());
  const text::Json& target = json.at("target");
  const auto trigger = model::parse_trigger(target.at("trigger").get<std::string>());
  const bool is_known =
      json.at("version") == kEntryVersion || json.at("version") == kFirstEntryVersion;
  if (!is_known || !id || !trigger) {
    throw Error(ErrorCode::bad_payload,
                "entry.json is damaged, or of another version of this program");
  }
  OutboxEntry entry;
  entry.id = *id;
  entry.batch_name = json.at("batch_name").get<std::string>();
  entry.sender_host = json.at("sender_host").get<std::string>();
  entry.target = {
      target.at("api_url").get<std::string>(), target.at("repository").get<std::string>(),
      target.at("branch").get<std::string>(), *trigger, target.value("inbox_branch", "")};
  entry.files = json.at("files").get<std::uint64_t>();
  entry.size_bytes = json.at("size").get<std::uint64_t>();
  // Version 0.1.0 did not write these yet.
  const microseconds packed = id->time.time_since_epoch();
  entry.queued_at =
      platform::Clock::time_point(microseconds(json.value("queued_at_us", packed.count())));
  if (const auto time = json.find("delivered_at_us"); time != json.end() && !time->is_null()) {
    entry.delivered_at = platform::Clock::time_point(microseconds(time->get<std::int64_t>()));
  }
  entry.last_error = json.value("last_error", "");
  entry.folder = folder;
  for (const text::Json& part : json.at("parts")) {
    const auto filename = part.at("file").get<std::string>();
    if (!payload::PayloadName::parse(filename)) {
      throw Error(ErrorCode::bad_payload, "entry.json is damaged: a part has no proper name");
    }
    entry.parts.push_back(
        {filename, part.at("size").get<std::uint64_t>(), part.at("delivered").get<bool>()});
  }
  return entry;
}

}  // namespace

std::size_t OutboxEntry::delivered_parts() const {
  return static_cast<std::size_t>(std::count_if(
      parts.begin(), parts.end(), [](const OutboxPart& part) { return part.delivered; }));
}

std::uint64_t OutboxEntry::payload_bytes() const {
  std::uint64_t sum = 0;
  for (const OutboxPart& part : parts) sum += part.size_bytes;
  return sum;
}

std::string to_text(const OutboxEntry& entry) {
  text::Json json;
  json["version"] = kEntryVersion;
  json["batch_id"] = entry.id.str();
  json["batch_name"] = entry.batch_name;
  json["sender_host"] = entry.sender_host;
  json["target"] = {{"api_url", entry.target.api_url},
                    {"repository", entry.target.repository},
                    {"branch", entry.target.branch},
                    {"inbox_branch", entry.target.inbox_branch},
                    {"trigger", model::to_text(entry.target.trigger)}};
  json["files"] = entry.files;
  json["size"] = entry.size_bytes;
  json["queued_at_us"] =
      std::chrono::floor<microseconds>(entry.queued_at.time_since_epoch()).count();
  json["delivered_at_us"] =
      entry.delivered_at
          ? text::Json(
                std::chrono::floor<microseconds>(entry.delivered_at->time_since_epoch()).count())
          : text::Json(nullptr);
  json["last_error"] = entry.last_error;
  json["parts"] = text::Json::array();
  for (const OutboxPart& part : entry.parts) {
    json["parts"].push_back(
        {{"file", part.filename}, {"size", part.size_bytes}, {"delivered", part.delivered}});
  }
  return text::to_pretty_text(json);
}

OutboxEntry parse_outbox_entry(std::string_view text, const std::filesystem::path& folder) {
  try {
    return read_entry(text::parse_json(text, kNote), folder);
  } catch (const text::Json::exception&) {
    throw Error(ErrorCode::bad_payload,
                "entry.json is damaged: a value is missing, or of another kind");
  }
}

}  // namespace healthmetric::outbox
