#include "receiver/commands/growth_texts.hpp"

#include <algorithm>
#include <string_view>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/program/log.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"
#include "receiver/commands/text_table.hpp"

namespace healthmetric::receiver {
namespace {

using growth::Amount;
using growth::Pace;
using growth::Passing;
using growth::Share;

constexpr unsigned kGrowthSchemaVersion = 1;

/// People see so many months, producers and batch names.
constexpr std::size_t kMostRows = 12;

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Sizes in summaries may be anything.
std::uint64_t whole(double bytes) {
  constexpr double kMost = 9e18;
  return static_cast<std::uint64_t>(std::min(bytes, kMost));
}

text::Json to_json(const Amount& amount) {
  return {{"files", amount.files}, {"bytes", amount.bytes}};
}

text::Json to_json(const std::vector<Share>& shares, const char* member) {
  text::Json list = text::Json::array();
  for (const Share& share : shares) {
    text::Json name;
    if (!share.name.empty()) name = share.name;
    list.push_back({{member, name},
                    {"batches", share.batches},
                    {"files", share.stored.files},
                    {"bytes", share.stored.bytes}});
  }
  return list;
}

text::Json repository_json(const std::optional<RepositorySize>& size) {
  if (!size) return nullptr;
  text::Json json{{"packed_bytes", size->packed_bytes}, {"loose_bytes", size->loose_bytes}};
  json["reachable_bytes"] =
      size->reachable_bytes ? text::Json(*size->reachable_bytes) : text::Json(nullptr);
  return json;
}

text::Json pace_json(const Pace& pace, const std::vector<Passing>& passings) {
  text::Json sizes = text::Json::array();
  for (const Passing& passing : passings) {
    text::Json time;
    if (passing.time) time = text::format_timestamp(*passing.time);
    sizes.push_back({{"bytes", passing.bytes}, {"passed", passing.is_passed}, {"at", time}});
  }
  return {
      {"days", pace.days}, {"bytes_a_day", whole(pace.bytes_a_day)}, {"sizes", std::move(sizes)}};
}

std::string day_of(std::chrono::sys_seconds time) {
  constexpr std::size_t kDayLength = std::string_view("2024-01-15").size();
  return text::format_timestamp(time).substr(0, kDayLength);
}

/// The last rows, or the first.
enum class Shown { last, first };

std::string table_of(const std::string& title, const std::vector<Share>& shares, Shown shown,
                     std::size_t columns) {
  std::string text;
  TextTable table({{title, Align::left, true},
                   {"BATCHES", Align::right},
                   {"FILES", Align::right},
                   {"SIZE", Align::right}},
                  columns, [&](const std::string& lines) { text += lines; });
  const std::size_t left_out = shares.size() - std::min(shares.size(), kMostRows);
  auto begin = shares.begin();
  if (shown == Shown::last) begin += static_cast<std::ptrdiff_t>(left_out);
  const auto rows = static_cast<std::ptrdiff_t>(shares.size() - left_out);
  std::for_each(begin, begin + rows, [&](const Share& share) {
    table.add({share.name.empty() ? "(others)" : printable(share.name),
               std::to_string(share.batches), std::to_string(share.stored.files),
               human_bytes(share.stored.bytes)});
  });
  table.finish();
  if (left_out > 0) {
    text += shown == Shown::last ? counted(left_out, "earlier month is", "earlier months are")
                                 : counted(left_out, "smaller one is", "smaller ones are");
    text += " not shown; --json has all\n";
  }
  return text + "\n";
}

std::string percent(double share) {
  return fmt::format("{:.1f} %", share * 100);
}

std::string repository_text(const RepositorySize& size) {
  std::string text = "this clone: " + human_bytes(size.packed_bytes) + " packed";
  if (size.loose_bytes > 0) text += ", " + human_bytes(size.loose_bytes) + " loose";
  if (size.reachable_bytes) text += "; reachable: " + human_bytes(*size.reachable_bytes);
  return text + "\n";
}

std::string pace_text(const Pace& pace, double packed_share, const std::vector<Passing>& passings) {
  std::string text = fmt::format("last {}: {} a day", counted(pace.days, "day", "days"),
                                 human_bytes(whole(pace.bytes_a_day)));
  if (packed_share < 1) {
    text +=
        fmt::format(" ({} in the repository)", human_bytes(whole(pace.bytes_a_day * packed_share)));
  }
  for (const Passing& passing : passings) {
    if (passing.is_passed) {
      text += fmt::format("; {} GB is passed", passing.bytes / kGigabyte);
    } else if (passing.time) {
      text += fmt::format("; {} GB on {}", passing.bytes / kGigabyte, day_of(*passing.time));
    }
  }
  return text + "\n";
}

}  // namespace

std::string to_json_text(const GrowthReport& report) {
  text::Json json{{"schema_version", kGrowthSchemaVersion},
                  {"at", text::format_timestamp(report.at)},
                  {"batches", report.batches},
                  {"files", report.stored.files},
                  {"bytes", report.stored.bytes}};
  json["months"] = to_json(report.months, "month");
  json["batch_names"] = to_json(report.batch_names, "batch_name");
  json["producers"] = to_json(report.producers, "producer");
  json["repeated"] = to_json(report.repeated);
  json["repeated"]["share"] = share_of(report.repeated.bytes, report.stored.bytes);
  json["repeated"]["exact"] = report.repeated_is_exact;
  json["widest_folder"] = {{"path", report.widest.path},
                           {"entries", report.widest.entries},
                           {"recommended", kMostEntries},
                           {"exact", report.widest_is_exact}};
  json["repository"] = repository_json(report.repository);
  json["rejected"] = report.rejected ? to_json(*report.rejected) : text::Json(nullptr);
  json["paces"] = text::Json::array();
  for (std::size_t i = 0; i < report.paces.size(); ++i) {
    json["paces"].push_back(pace_json(report.paces[i], report.passings[i]));
  }
  json["advice"] = report.advice;
  json["unreadable"] = report.unreadable;
  json["not_looked_at"] = report.not_looked_at;
  return text::to_text(json);
}

std::string to_text(const GrowthReport& report, std::size_t columns) {
  std::string text;
  if (report.batches > 0) {
    text += table_of("MONTH", report.months, Shown::last, columns);
    text += table_of("PRODUCER", report.producers, Shown::first, columns);
    text += table_of("BATCH", report.batch_names, Shown::first, columns);
  }
  text +=
      fmt::format("stored: {} in {} of {}\n", human_bytes(report.stored.bytes),
                  counted_files(report.stored.files), counted(report.batches, "batch", "batches"));
  text += fmt::format("repeated content: {}{} ({}) in {}\n",
                      report.repeated_is_exact ? "" : "about ", human_bytes(report.repeated.bytes),
                      percent(share_of(report.repeated.bytes, report.stored.bytes)),
                      counted_files(report.repeated.files));
  if (report.widest.entries > 0) {
    text += fmt::format("widest folder: {} with {} (recommended: at most {})\n",
                        in_quotes(report.widest.path),
                        counted(report.widest.entries, "entry", "entries"), kMostEntries);
  }
  if (report.repository) text += repository_text(*report.repository);
  if (report.rejected) {
    text += fmt::format("rejected payloads: {} in {}\n", human_bytes(report.rejected->bytes),
                        counted_files(report.rejected->files));
  }
  for (std::size_t i = 0; i < report.paces.size(); ++i) {
    const bool is_same = i > 0 && report.paces[i].days == report.paces[i - 1].days;
    if (report.paces[i].days == 0 || is_same) continue;
    text += pace_text(report.paces[i], report.packed_share, report.passings[i]);
  }
  for (const std::string& advice : report.advice) text += "advice: " + advice + "\n";
  return text;
}

void tell(const GrowthReport& report) {
  for (const std::string& place : report.not_looked_at) log::info("not checked: " + place);
}

}  // namespace healthmetric::receiver
