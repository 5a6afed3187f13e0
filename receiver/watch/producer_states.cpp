#include "receiver/watch/producer_states.hpp"

#include <algorithm>

#include "common/base/utf8.hpp"

namespace healthmetric::watch {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// Clocks of two machines may differ by so much; beyond that a time is from the future.
constexpr std::chrono::minutes kClockTolerance{5};

/// So many of the latest contacts make a rhythm.
constexpr std::size_t kHoursKept = 33;

/// So many of the instances of a producer are known at a time.
constexpr std::size_t kInstancesKept = 8;

/// Two instances that were used within such a time are in use both.
constexpr std::chrono::days kInUse{30};

/// Names are cut, as anybody may have written them.
constexpr std::size_t kMaxNameBytes = 200;

std::string kept(std::string_view name) {
  return std::string(utf8_prefix(name, kMaxNameBytes));
}

template <typename Time>
void make_later(std::optional<Time>& time, Time other) {
  time = std::max(time.value_or(other), other);
}

}  // namespace

std::string_view to_text(State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::late:
      return "late";
    case State::silent:
      return "silent";
    case State::never_seen:
      return "never_seen";
    case State::new_here:
      return "new";
    case State::unexpected:
      return "unexpected";
    case State::ignored:
      break;
  }
  return "ignored";
}

std::string_view to_text(Rhythm::Source source) {
  if (source == Rhythm::Source::listed) return "listed";
  return source == Rhythm::Source::defaults ? "default" : "learned";
}

bool is_alarming(State state) {
  return state == State::silent || state == State::never_seen;
}

ProducerStates::ProducerStates(sys_seconds at, sys_seconds now)
    : at_(at),
      last_counted_(at < now ? at : at + kClockTolerance),
      last_possible_(std::max(at, now) + kClockTolerance) {}

void ProducerStates::add(const archive::RecordedBatch& head) {
  if (head.processed_at > last_possible_) {
    ++from_the_future_;
    return;
  }
  // A payload without readable metadata is rejected without anybody having sent it.
  const bool is_of_nobody = head.status == archive::BatchStatus::rejected &&
                            head.producer.id == archive::kUnknownProducer;
  if (head.processed_at > last_counted_ || is_of_nobody) return;
  Record* const record = record_of(kept(head.producer.id));
  if (record == nullptr) {
    ++uncounted_;
    return;
  }
  ++record->batches;
  make_later(record->last_contact, head.processed_at);
  if (head.status == archive::BatchStatus::stored && head.total_files > 0) {
    make_later(record->last_file, head.processed_at);
  }
  add_hour(*record, head.processed_at);
  add_instance(*record, head);
  add_sender(*record, head);
}

ProducerStates::Record* ProducerStates::record_of(const std::string& producer) {
  const auto found = records_.find(producer);
  if (found != records_.end()) return &found->second;
  return records_.size() < kMaxProducers ? &records_[producer] : nullptr;
}

void ProducerStates::add_hour(Record& record, sys_seconds time) {
  const auto hour =
      static_cast<Hour>(std::chrono::floor<std::chrono::hours>(time.time_since_epoch()).count());
  std::vector<Hour>& hours = record.hours;
  const auto place = std::lower_bound(hours.begin(), hours.end(), hour);
  if (place != hours.end() && *place == hour) return;
  hours.insert(place, hour);
  if (hours.size() > kHoursKept) hours.erase(hours.begin());
}

void ProducerStates::add_instance(Record& record, const archive::RecordedBatch& head) {
  if (head.producer.instance.empty()) return;
  sys_seconds& last_use =
      record.instances.try_emplace(kept(head.producer.instance), head.processed_at).first->second;
  last_use = std::max(last_use, head.processed_at);
  if (record.instances.size() <= kInstancesKept) return;
  record.instances.erase(
      std::min_element(record.instances.begin(), record.instances.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; }));
}

void ProducerStates::add_sender(Record& record, const archive::RecordedBatch& head) {
  if (!head.sender || (record.told_sender && head.processed_at < *record.told_sender)) return;
  record.told_sender = head.processed_at;
  record.sender_version = kept(head.sender->version);
  record.os = kept(head.sender->os);
  record.token_expires = head.sender->token_expires;
}

/// The gap that nine of ten are not longer than: weekends of a machine that works on weekdays
/// belong to its rhythm, one long pause does not.
std::optional<Rhythm> ProducerStates::learned(const Record& record) {
  if (record.hours.size() < kLeastContacts) return {};
  std::vector<Hour> gaps;
  for (std::size_t i = 1; i < record.hours.size(); ++i) {
    gaps.push_back(record.hours[i] - record.hours[i - 1]);
  }
  std::sort(gaps.begin(), gaps.end());
  const std::chrono::hours every(gaps[(gaps.size() * 9 + 9) / 10 - 1]);
  return Rhythm{every, every, Rhythm::Source::learned};
}

std::optional<Rhythm> ProducerStates::rhythm_of(const Record& record, const Expectation* listed,
                                                const std::optional<Expectation>& others) {
  std::optional<Rhythm> rhythm;
  if (listed != nullptr && listed->every) {
    rhythm = {*listed->every, *listed->every, Rhythm::Source::listed};
  } else if (others && others->every) {
    rhythm = {*others->every, others->grace.value_or(*others->every), Rhythm::Source::defaults};
  } else {
    rhythm = learned(record);
    if (rhythm && others && others->grace) rhythm->grace = *others->grace;
  }
  if (rhythm && listed != nullptr && listed->grace) rhythm->grace = *listed->grace;
  return rhythm;
}

State ProducerStates::state_of(const ProducerStatus& status) const {
  if (!status.last_contact) return State::never_seen;
  if (!status.rhythm) return State::new_here;
  const seconds age = at_ - *status.last_contact;
  if (age <= status.rhythm->every) return State::ok;
  return age <= status.rhythm->every + status.rhythm->grace ? State::late : State::silent;
}

ProducerStatus ProducerStates::status_of(const std::string& producer, const Record& record,
                                         const std::optional<WatchSettings>& settings) const {
  ProducerStatus status;
  status.producer = producer;
  status.last_contact = record.last_contact;
  status.last_file = record.last_file;
  status.batches = record.batches;
  for (const auto& [instance, last_use] : record.instances) {
    if (last_use >= *record.last_contact - kInUse) ++status.instances;
  }
  status.sender_version = record.sender_version;
  status.os = record.os;
  status.token_expires = record.token_expires;
  const Expectation* listed = nullptr;
  std::optional<Expectation> others;
  if (settings) {
    const auto section = settings->producers.find(producer);
    if (section != settings->producers.end()) listed = &section->second;
    others = settings->others;
  }
  if (settings && listed == nullptr && !others) {
    status.state = State::unexpected;
    return status;
  }
  status.rhythm = rhythm_of(record, listed, others);
  const bool is_ignored =
      listed != nullptr ? listed->is_ignored : others.has_value() && others->is_ignored;
  status.state = is_ignored ? State::ignored : state_of(status);
  return status;
}

std::vector<ProducerStatus> ProducerStates::states(
    const std::optional<WatchSettings>& settings) const {
  std::vector<ProducerStatus> states;
  for (const auto& [producer, record] : records_) {
    states.push_back(status_of(producer, record, settings));
  }
  if (settings) {
    for (const auto& [producer, expected] : settings->producers) {
      if (!records_.contains(producer)) states.push_back(status_of(producer, {}, settings));
    }
  }
  std::sort(states.begin(), states.end(),
            [](const auto& a, const auto& b) { return a.producer < b.producer; });
  return states;
}

}  // namespace healthmetric::watch
