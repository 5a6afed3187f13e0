#include "receiver/commands/batch_filter.hpp"

#include <algorithm>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/base/unicode.hpp"
#include "common/program/option_values.hpp"

namespace healthmetric::receiver {
namespace {

constexpr const char* kWhichBatches = "Which batches";

/// Names that differ in normalisation alone are the same.
bool has(const std::vector<std::string>& wanted, const std::string& name) {
  if (wanted.empty()) return true;
  const std::string composed_name = composed(name);
  return std::any_of(wanted.begin(), wanted.end(),
                     [&](const std::string& one) { return composed(one) == composed_name; });
}

}  // namespace

bool BatchFilter::takes(const archive::RecordedBatch& batch) const {
  return (!status || batch.status == *status) && has(names, batch.batch_name) &&
         has_producer(batch.producer.id);
}

bool BatchFilter::has_producer(const std::string& producer) const {
  return has(producers, producer);
}

void BatchFilter::refuse(const StoredFiles& stored) const {
  const std::string storage = stored.storage().root();
  if (stored.is_nothing_stored()) throw Error(ErrorCode::usage, nothing_stored_text(storage));
  std::string what = "no batch is stored in " + in_quotes(storage);
  if (!producers.empty() || !names.empty()) {
    what = "no batch in " + in_quotes(storage) + " is";
    if (!names.empty()) what += " named " + in_quotes(names.front());
    if (!producers.empty()) what += " from producer " + in_quotes(producers.front());
  }
  throw Error(ErrorCode::usage, what + "; 'healthmetric-receiver list' shows them all");
}

BatchNameOptions::BatchNameOptions() : OptionGroup(kWhichBatches) {
  add({.name = "producer",
       .value = "NAME",
       .help = "Only those of this producer; can be given more than once",
       .goes_to = &producers_});
  add({.name = "batch",
       .value = "NAME",
       .help = "Only those of this name; can be given more than once",
       .goes_to = &names_});
}

BatchFilter BatchNameOptions::filter() const {
  return {.producers = producers_, .names = names_, .period = {}, .status = {}};
}

BatchFilterOptions::BatchFilterOptions() : OptionGroup(kWhichBatches) {
  add({.name = "since",
       .value = "TIME",
       .help = "Only those packed then or later: a day as 2024-01-15 (in UTC), a time as "
               "2024-01-15T10:30:00Z, or 7d for seven days ago",
       .goes_to = &since_,
       .check = program::check_time});
  add({.name = "until",
       .value = "TIME",
       .help = "Only those packed until then; a day counts to its end",
       .goes_to = &until_,
       .check = program::check_time});
  add({.name = "status",
       .value = "WORD",
       .help = "Only those with this result: stored or rejected",
       .goes_to = &status_,
       .choices = {"stored", "rejected"}});
}

BatchFilter BatchFilterOptions::filter(const BatchNameOptions& names,
                                       std::chrono::sys_seconds now) const {
  BatchFilter filter = names.filter();
  if (!since_.empty()) filter.period.begin = program::parse_time(since_, now).begin;
  if (!until_.empty()) {
    const program::NamedTime until = program::parse_time(until_, now);
    filter.period.end = std::max(until.end, until.begin + std::chrono::seconds(1));
  }
  if (filter.period.begin >= filter.period.end) {
    throw Error(ErrorCode::usage, "--since " + in_quotes(since_) + " is later than --until " +
                                      in_quotes(until_) + ": swap them");
  }
  if (!status_.empty()) filter.status = archive::parse_batch_status(status_);
  return filter;
}

}  // namespace healthmetric::receiver
