#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/archive/summary_reader.hpp"
#include "receiver/watch/watch_settings.hpp"

/// Who sends, and who has stopped. All times are the receiver's (`processed_at`); the clocks of the
/// producers are never used.

namespace healthmetric::watch {

enum class State {
  ok,
  late,        ///< nothing for longer than `every`
  silent,      ///< nothing for longer than `every` and `grace`
  never_seen,  ///< in the settings, but nothing ever came
  new_here,    ///< too few contacts to learn a rhythm from
  unexpected,  ///< there are settings, and it is not in them
  ignored,     ///< as the settings say
};

/// "ok", "late", "silent", "never_seen", "new", "unexpected", "ignored".
std::string_view to_text(State state);

/// Whether somebody should look after it: silent or never seen.
bool is_alarming(State state);

/// How often a producer is expected.
struct Rhythm {
  enum class Source {
    listed,    ///< its own section of the settings
    defaults,  ///< [default]
    learned,   ///< from its contacts
  };

  std::chrono::seconds every;
  std::chrono::seconds grace;
  Source source;
};

/// "listed", "default", "learned".
std::string_view to_text(Rhythm::Source source);

struct ProducerStatus {
  std::string producer;
  State state = State::new_here;
  std::optional<Rhythm> rhythm;
  std::optional<std::chrono::sys_seconds> last_contact;  ///< any batch, one without files too
  std::optional<std::chrono::sys_seconds> last_file;     ///< a stored batch that had files
  std::uint64_t batches = 0;                             ///< stored and rejected ones
  std::size_t instances = 0;   ///< that were in use in the 30 days before the last contact
  std::string sender_version;  ///< of the latest batch that says so; empty: unknown
  std::string os;              ///< likewise
  std::optional<std::chrono::sys_seconds> token_expires;
};

/// Takes the heads of summaries one by one, in any order, and tells the state of each producer.
/// Memory grows with the number of producers, of which there are at most kMaxProducers, and not
/// with that of batches.
class ProducerStates {
 public:
  /// A storage has no more than this; of further ones the batches are only counted.
  static constexpr std::size_t kMaxProducers = 10'000;

  /// A rhythm is learned from at least so many contacts. Those within one hour count as one.
  static constexpr std::size_t kLeastContacts = 5;

  /// What the receiver had processed after `at` does not count. What it says to have processed
  /// after `now` cannot be: it does not count either, and is told by from_the_future().
  ProducerStates(std::chrono::sys_seconds at, std::chrono::sys_seconds now);

  void add(const archive::RecordedBatch& head);

  /// Sorted by producer. Without settings all rhythms are learned.
  [[nodiscard]] std::vector<ProducerStatus> states(
      const std::optional<WatchSettings>& settings) const;

  [[nodiscard]] std::chrono::sys_seconds at() const { return at_; }

  /// How many summaries claim to be from the future.
  [[nodiscard]] std::uint64_t from_the_future() const { return from_the_future_; }

  /// How many batches are of producers beyond the limit.
  [[nodiscard]] std::uint64_t uncounted() const { return uncounted_; }

 private:
  /// An hour of the receiver's clock, counted from 1970.
  using Hour = std::int32_t;

  /// What is kept of a producer.
  struct Record {
    std::optional<std::chrono::sys_seconds> last_contact;
    std::optional<std::chrono::sys_seconds> last_file;
    std::uint64_t batches = 0;
    std::vector<Hour> hours;                                    ///< of the latest contacts, sorted
    std::map<std::string, std::chrono::sys_seconds> instances;  ///< and when each was last used
    std::optional<std::chrono::sys_seconds> told_sender;  ///< when the next three were told last
    std::string sender_version;
    std::string os;
    std::optional<std::chrono::sys_seconds> token_expires;
  };

  Record* record_of(const std::string& producer);
  static void add_hour(Record& record, std::chrono::sys_seconds time);
  static void add_instance(Record& record, const archive::RecordedBatch& head);
  static void add_sender(Record& record, const archive::RecordedBatch& head);
  static std::optional<Rhythm> learned(const Record& record);
  static std::optional<Rhythm> rhythm_of(const Record& record, const Expectation* listed,
                                         const std::optional<Expectation>& others);
  [[nodiscard]] State state_of(const ProducerStatus& status) const;
  [[nodiscard]] ProducerStatus status_of(const std::string& producer, const Record& record,
                                         const std::optional<WatchSettings>& settings) const;

  std::chrono::sys_seconds at_;
  std::chrono::sys_seconds last_counted_;
  std::chrono::sys_seconds last_possible_;
  std::map<std::string, Record> records_;
  std::uint64_t from_the_future_ = 0;
  std::uint64_t uncounted_ = 0;
};

}  // namespace healthmetric::watch
