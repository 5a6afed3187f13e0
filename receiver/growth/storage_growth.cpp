#include "receiver/growth/storage_growth.hpp"

#include <algorithm>
#include <numeric>

#include "common/base/capped_sum.hpp"
#include "common/base/utf8.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::growth {
namespace {

using std::chrono::days;
using std::chrono::sys_seconds;

/// Names are cut, as anybody may have written them.
constexpr std::size_t kMaxNameBytes = 200;

constexpr std::size_t kMonthLength = std::string_view("2024-01").size();

}  // namespace

Share& Shares::operator[](const std::string& name) {
  const std::string kept(utf8_prefix(name, kMaxNameBytes));
  const auto found = shares_.find(kept);
  if (found != shares_.end()) return found->second;
  const std::string& key = shares_.size() < kMaxNames ? kept : std::string();
  Share& share = shares_[key];
  share.name = key;
  return share;
}

std::vector<Share> Shares::by_name() const {
  std::vector<Share> shares;
  for (const auto& [name, share] : shares_) shares.push_back(share);
  if (!shares.empty() && shares.front().name.empty()) {
    std::rotate(shares.begin(), shares.begin() + 1, shares.end());
  }
  return shares;
}

std::vector<Share> Shares::by_size() const {
  std::vector<Share> shares = by_name();
  std::stable_sort(shares.begin(), shares.end(),
                   [](const Share& a, const Share& b) { return a.stored.bytes > b.stored.bytes; });
  return shares;
}

bool StorageGrowth::takes(const archive::RecordedBatch& batch) const {
  return batch.status == archive::BatchStatus::stored && batch.processed_at <= at_;
}

void StorageGrowth::add_file(const archive::RecordedBatch& batch,
                             const archive::RecordedFile& file) {
  const bool is_repeated = repeats_.add(file.sha256, file.size_bytes);
  stored_.add(file.size_bytes);
  folders_.add(file.stored_path);
  const std::string month = text::format_timestamp(batch.processed_at).substr(0, kMonthLength);
  for (Share* share :
       {&months_[month], &batch_names_[batch.batch_name], &producers_[batch.producer.id]}) {
    share->stored.add(file.size_bytes);
    if (is_repeated) share->repeated.add(file.size_bytes);
  }
  const auto ago = static_cast<std::uint64_t>((at_ - batch.processed_at) / days(1));
  if (ago >= kDaysKept) return;
  std::uint64_t& bytes = bytes_of_day_.at(ago);
  bytes = capped_sum(bytes, file.size_bytes);
}

void StorageGrowth::add_summary(const std::string& path, const archive::RecordedBatch& batch) {
  if (batch.processed_at <= at_) folders_.add(path);
  if (!takes(batch)) return;
  ++batches_;
  const std::string month = text::format_timestamp(batch.processed_at).substr(0, kMonthLength);
  for (Share* share :
       {&months_[month], &batch_names_[batch.batch_name], &producers_[batch.producer.id]}) {
    ++share->batches;
  }
  first_ = std::min(first_.value_or(batch.processed_at), batch.processed_at);
}

Pace StorageGrowth::pace(std::uint32_t days_back) const {
  Pace pace;
  if (!first_) return pace;
  const auto age = static_cast<std::uint64_t>((at_ - *first_) / days(1)) + 1;
  pace.days = static_cast<std::uint32_t>(
      std::min<std::uint64_t>({days_back, age, static_cast<std::uint64_t>(kDaysKept)}));
  const auto bytes = std::accumulate(bytes_of_day_.begin(), bytes_of_day_.begin() + pace.days,
                                     std::uint64_t{0}, capped_sum);
  pace.bytes_a_day = static_cast<double>(bytes) / pace.days;
  return pace;
}

Passing passing(std::uint64_t size, double bytes_now, double bytes_a_day, sys_seconds now) {
  constexpr double kCentury = 36'525;
  Passing passing{size, bytes_now >= static_cast<double>(size), {}};
  const double days_left = (static_cast<double>(size) - bytes_now) / bytes_a_day;
  if (!passing.is_passed && bytes_a_day > 0 && days_left < kCentury) {
    passing.time = now + days(static_cast<std::int64_t>(days_left));
  }
  return passing;
}

}  // namespace healthmetric::growth
