#include "sender/deliver/receipts.hpp"

#include <algorithm>

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/program/log.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::deliver {
namespace {

using namespace std::chrono_literals;

constexpr platform::Clock::duration kFirstInterval = 2s;
constexpr platform::Clock::duration kLongestInterval = 30s;

/// Far more than what stands before the list of files.
constexpr std::size_t kEnoughBytes = std::size_t{2} * 1024 * 1024;

/// More days than receipts are kept for are not the receiver's.
constexpr std::size_t kMaxDays = 50;

/// "2026-11-30"
bool is_day(std::string_view name) {
  constexpr std::string_view kShape = "0000-00-00";
  return name.size() == kShape.size() &&
         std::equal(name.begin(), name.end(), kShape.begin(), [](char c, char shape) {
           return shape == '-' ? c == '-' : c >= '0' && c <= '9';
         });
}

/// The day before the batch was packed: the two clocks need not agree.
std::string first_day_of(const payload::BatchId& id) {
  return text::format_timestamp(id.time - std::chrono::days(1)).substr(0, 10);
}

/// Asks for one receipt again and again; remembers what the folder of all looked like, which is a
/// few entries long, so that asking costs nothing while no batch is processed.
class ReceiptPoll {
 public:
  ReceiptPoll(forge::Forge& forge, const model::Target& target, const payload::BatchId& id)
      : forge_(forge), target_(target), id_(id) {
    if (!target.inbox_branch.empty()) places_.push_back({archive::receipts_in_repository(), ""});
    places_.push_back({archive::summaries_in_repository(), ""});
  }

  std::optional<archive::Receipt> ask() {
    for (Place& place : places_) {
      std::string etag = place.etag;
      if (forge_.has_changed(place.path, etag)) {
        auto receipt = ReceiptFinder(forge_, target_).find(id_);
        place.etag = std::move(etag);
        return receipt;
      }
      if (!place.etag.empty()) return {};
    }
    return {};
  }

 private:
  /// A folder, and what it looked like; "" as long as it is not there.
  struct Place {
    std::string path;
    std::string etag;
  };

  forge::Forge& forge_;
  const model::Target& target_;
  const payload::BatchId& id_;
  std::vector<Place> places_;
};

/// Failures that leave open the result of the batch.
bool may_pass(const Error& error) {
  return error.code() == ErrorCode::network || error.code() == ErrorCode::rate_limited ||
         error.code() == ErrorCode::untrusted_peer || error.code() == ErrorCode::refused ||
         error.code() == ErrorCode::bad_payload;
}

}  // namespace

std::optional<archive::Receipt> ReceiptFinder::read(const std::string& path) {
  const auto text = forge_.read_beginning(path, kEnoughBytes);
  if (!text) return {};
  TextSource source(*text);
  try {
    return archive::read_receipt(source);
  } catch (const Error& error) {
    throw Error(ErrorCode::bad_payload, path + ": " + error.what());
  }
}

const std::vector<std::string>& ReceiptFinder::days() {
  if (days_) return *days_;
  std::vector<std::string> days;
  if (!target_.inbox_branch.empty()) days = forge_.list(archive::receipts_in_repository());
  std::erase_if(days, [](const std::string& name) { return !is_day(name); });
  std::sort(days.rbegin(), days.rend());
  days.resize(std::min(days.size(), kMaxDays));
  return days_.emplace(std::move(days));
}

std::optional<archive::Receipt> ReceiptFinder::find_summary(const payload::BatchId& id) {
  for (const auto& below : {archive::summary_path(id), archive::flat_summary_path(id)}) {
    if (auto receipt = read(archive::in_repository(below.str()))) return receipt;
  }
  return {};
}

std::optional<archive::Receipt> ReceiptFinder::find(const payload::BatchId& id) {
  if (days().empty()) return find_summary(id);
  const std::string first_day = first_day_of(id);
  for (const std::string& day : days()) {
    if (day < first_day) break;
    auto receipt = read(archive::in_repository(archive::receipt_path(day, id).str()));
    if (receipt) return receipt;
  }
  return {};
}

void warn_of_rejection(const payload::BatchId& id, const archive::Receipt& receipt) {
  log::warning("the receiver rejected " + id.str() + ": " + printable(receipt.reason) +
               "; its files count as unsent");
}

bool is_stored(forge::Forge& forge, const model::Target& target, const payload::BatchId& id) {
  try {
    const auto receipt = ReceiptFinder(forge, target).find(id);
    return receipt && receipt->status == archive::BatchStatus::stored;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::bad_payload) throw;
    throw Error(ErrorCode::network, error.what());
  }
}

archive::Receipt wait_for_receipt(forge::Forge& forge, const model::Target& target,
                                  platform::Clock& clock, model::Progress& progress,
                                  const payload::BatchId& id, std::chrono::seconds time) {
  const platform::Clock::time_point deadline = clock.now() + time;
  ReceiptPoll poll(forge, target, id);
  std::string last_failure;
  log::info(fmt::format("delivered {}; waiting for the receiver until {}", id.str(),
                        text::format_timestamp(std::chrono::ceil<std::chrono::seconds>(deadline))));
  for (platform::Clock::duration interval = kFirstInterval;;) {
    progress.begin({model::Step::Phase::waiting});
    const auto left = std::chrono::floor<platform::Clock::duration>(deadline - clock.now());
    try {
      forge.set_max_wait(left);
      auto receipt = poll.ask();
      if (receipt && archive::is_final(*receipt)) return std::move(*receipt);
      last_failure.clear();
    } catch (const Error& error) {
      if (!may_pass(error)) throw;
      last_failure = std::string("; ") + error.what();
      log::debug(error.what());
    }
    const auto now = clock.now();
    if (now >= deadline) break;
    clock.sleep_for(
        std::min(interval, std::chrono::ceil<platform::Clock::duration>(deadline - now)));
    interval = std::min(interval * 3 / 2, kLongestInterval);
  }
  throw Error(ErrorCode::timed_out,
              fmt::format("delivered, but within {} s no receipt of {} appeared{}", time.count(),
                          id.str(), last_failure));
}

}  // namespace healthmetric::deliver
