#include "receiver/commands/status_texts.hpp"

#include <algorithm>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/program/log.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"
#include "receiver/commands/text_table.hpp"

namespace healthmetric::receiver {
namespace {

using std::chrono::sys_seconds;
using watch::ProducerStatus;
using watch::Rhythm;
using watch::State;

constexpr unsigned kStatusSchemaVersion = 1;

/// People see so many rejected batches, and so many that wait.
constexpr std::size_t kMostLines = 10;

/// From so long before its end on, a token is told of.
constexpr std::chrono::days kTokenNotice{14};

constexpr std::string_view kNothing = "-";

text::Json text_or_null(const std::string& text) {
  return text.empty() ? text::Json(nullptr) : text::Json(text);
}

text::Json time_or_null(const std::optional<sys_seconds>& time) {
  return time ? text::Json(text::format_timestamp(*time)) : text::Json(nullptr);
}

text::Json to_json(const ProducerStatus& status) {
  text::Json json{{"producer", status.producer}, {"state", watch::to_text(status.state)}};
  const auto seconds = [&](std::chrono::seconds Rhythm::*member) {
    return status.rhythm ? text::Json(((*status.rhythm).*member).count()) : text::Json(nullptr);
  };
  json["every_seconds"] = seconds(&Rhythm::every);
  json["grace_seconds"] = seconds(&Rhythm::grace);
  json["rhythm"] =
      status.rhythm ? text::Json(watch::to_text(status.rhythm->source)) : text::Json(nullptr);
  json["last_contact"] = time_or_null(status.last_contact);
  json["last_file"] = time_or_null(status.last_file);
  json["batches"] = status.batches;
  json["instances"] = status.instances;
  json["sender_version"] = text_or_null(status.sender_version);
  json["os"] = text_or_null(status.os);
  json["token_expires"] = time_or_null(status.token_expires);
  return json;
}

text::Json to_json(const watch::RejectedBatch& batch) {
  return {{"batch_id", text_or_null(batch.batch_id)},
          {"producer", text_or_null(batch.producer)},
          {"reason", batch.reason},
          {"processed_at", time_or_null(batch.processed_at)}};
}

text::Json to_json(const watch::WaitingBatch& batch) {
  return {{"batch_id", text_or_null(batch.batch_id)},
          {"since", time_or_null(batch.since)},
          {"parts", batch.parts},
          {"complete", batch.is_complete}};
}

template <typename Item>
text::Json to_json_list(const std::vector<Item>& items) {
  text::Json list = text::Json::array();
  for (const Item& item : items) list.push_back(to_json(item));
  return list;
}

std::string state_text(State state) {
  std::string text(watch::to_text(state));
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

/// As somebody would write it.
std::string period_text(std::chrono::seconds period) {
  const auto whole_days = std::chrono::floor<std::chrono::days>(period);
  return period == whole_days
             ? counted(static_cast<std::uint64_t>(whole_days.count()), "day", "days")
             : human_duration(period);
}

std::string rhythm_text(const std::optional<Rhythm>& rhythm) {
  if (!rhythm) return std::string(kNothing);
  const std::string every = period_text(rhythm->every);
  return rhythm->source == Rhythm::Source::learned ? every + " learned" : every;
}

std::string age_at(sys_seconds at, const std::optional<sys_seconds>& time) {
  if (!time) return std::string(kNothing);
  return human_duration(std::max(at - *time, std::chrono::seconds(0)));
}

std::string day_of(const std::optional<sys_seconds>& time) {
  constexpr std::size_t kDayLength = std::string_view("2024-01-15").size();
  return time ? text::format_timestamp(*time).substr(0, kDayLength) : std::string(kNothing);
}

std::string line_of(const watch::RejectedBatch& batch, sys_seconds at) {
  std::string line = "rejected: ";
  line += batch.batch_id.empty() ? "a payload" : printable(batch.batch_id);
  if (!batch.producer.empty()) line += " of " + printable(batch.producer);
  if (batch.processed_at) line += ", " + human_age(at - *batch.processed_at);
  return line + (batch.reason.empty() ? "" : ": " + printable(batch.reason)) + "\n";
}

std::string line_of(const watch::WaitingBatch& batch, sys_seconds at) {
  std::string line = "waiting: ";
  line += batch.batch_id.empty()
              ? "a payload"
              : printable(batch.batch_id) + ", " + counted(batch.parts, "part", "parts");
  if (batch.since) line += ", for " + age_at(at, batch.since);
  return line + (batch.is_complete ? ": not received yet" : ": other parts are missing") + "\n";
}

template <typename Batch>
std::string lines_of(const std::vector<Batch>& batches, std::uint64_t count,
                     const std::string& kind, sys_seconds at) {
  std::string lines;
  const std::size_t shown = std::min(batches.size(), kMostLines);
  for (std::size_t i = 0; i < shown; ++i) lines += line_of(batches[i], at);
  if (count > shown) lines += fmt::format("{}: {} more\n", kind, count - shown);
  return lines;
}

void tell_of_tokens(const StorageStatus& status) {
  for (const ProducerStatus& each : status.producers) {
    if (each.state == State::ignored || !each.token_expires) continue;
    const auto left = *each.token_expires - status.at;
    if (left > kTokenNotice) continue;
    const bool is_over = left < std::chrono::seconds(0);
    log::warning(fmt::format("the token of {} {} on {}: replace it there", in_quotes(each.producer),
                             is_over ? "ended" : "ends", day_of(each.token_expires)));
  }
}

void tell_of_instances(const StorageStatus& status) {
  for (const ProducerStatus& each : status.producers) {
    if (each.instances < 2) continue;
    log::warning(
        fmt::format("{} installations send as {}: give each machine its own --producer, "
                    "unless one was set up anew",
                    each.instances, in_quotes(each.producer)));
  }
}

void tell_of_silence(const StorageStatus& status) {
  const std::uint64_t silent = status.count(State::silent);
  const std::uint64_t never_seen = status.count(State::never_seen);
  std::string text;
  if (silent > 0) text = counted(silent, "producer is silent", "producers are silent");
  if (never_seen > 0) {
    text += text.empty() ? "" : ", ";
    text += counted(never_seen, "producer was never seen", "producers were never seen");
  }
  if (!text.empty()) log::error(text);
}

}  // namespace

std::string to_json_text(const StorageStatus& status) {
  text::Json json{{"schema_version", kStatusSchemaVersion},
                  {"at", text::format_timestamp(status.at)},
                  {"settings", text_or_null(status.settings_file)},
                  {"producers", to_json_list(status.producers)},
                  {"rejected", to_json_list(status.rejected)},
                  {"rejected_count", status.rejected_count}};
  json["waiting"] = status.waiting ? to_json_list(*status.waiting) : text::Json(nullptr);
  json["waiting_count"] = status.waiting ? text::Json(status.waiting_count) : text::Json(nullptr);
  json["from_the_future"] = status.from_the_future;
  json["unreadable"] = status.unreadable;
  json["not_looked_at"] = status.not_looked_at;
  return text::to_text(json);
}

std::string to_text(const StorageStatus& status, std::size_t columns) {
  std::string text;
  TextTable table({{"PRODUCER", Align::left, true},
                   {"STATE"},
                   {"LAST SEEN", Align::right},
                   {"LAST FILE", Align::right},
                   {"EVERY"},
                   {"TOKEN END"},
                   {"SENDER", Align::left, true}},
                  columns, [&](const std::string& lines) { text += lines; });
  for (const ProducerStatus& each : status.producers) {
    table.add(
        {printable(each.producer), state_text(each.state), age_at(status.at, each.last_contact),
         age_at(status.at, each.last_file), rhythm_text(each.rhythm), day_of(each.token_expires),
         each.sender_version.empty() ? std::string(kNothing) : printable(each.sender_version)});
  }
  table.finish();
  text += lines_of(status.rejected, status.rejected_count, "rejected", status.at);
  if (status.waiting) {
    text += lines_of(*status.waiting, status.waiting_count, "waiting", status.at);
  }
  return text;
}

void tell(const StorageStatus& status) {
  tell_of_instances(status);
  tell_of_tokens(status);
  if (status.from_the_future > 0) {
    log::warning(counted(status.from_the_future, "summary is", "summaries are") +
                 " from the future, by processed_at: not counted as a sign of life");
  }
  if (status.uncounted > 0) {
    log::warning(fmt::format("only the first {} producers are shown; {} of others",
                             watch::ProducerStates::kMaxProducers,
                             counted(status.uncounted, "batch is", "batches are")));
  }
  for (const std::string& place : status.not_looked_at) log::info("not checked: " + place);
  tell_of_silence(status);
}

}  // namespace healthmetric::receiver
