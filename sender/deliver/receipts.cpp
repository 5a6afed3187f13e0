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

/// Asks for one receipt again and again; remembers what the folder of all looked like, which is a
/// few entries long, so that asking costs nothing while no batch is processed.
class ReceiptPoll {
 public:
  ReceiptPoll(forge::Forge& forge, const payload::BatchId& id) : forge_(forge), id_(id) {}

  std::optional<archive::Receipt> ask() {
    std::string etag = etag_;
    if (!forge_.has_changed(summaries_, etag)) return {};
    auto receipt = find_receipt(forge_, id_);
    etag_ = std::move(etag);
    return receipt;
  }

 private:
  forge::Forge& forge_;
  const payload::BatchId& id_;
  const std::string summaries_ = archive::summaries_in_repository();
  std::string etag_;
};

/// Failures that leave open the result of the batch.
bool may_pass(const Error& error) {
  return error.code() == ErrorCode::network || error.code() == ErrorCode::rate_limited ||
         error.code() == ErrorCode::untrusted_peer || error.code() == ErrorCode::refused ||
         error.code() == ErrorCode::bad_payload;
}

std::optional<archive::Receipt> receipt_at(forge::Forge& forge, const std::string& path) {
  const auto text = forge.read_beginning(path, kEnoughBytes);
  if (!text) return {};
  TextSource source(*text);
  try {
    return archive::read_receipt(source);
  } catch (const Error& error) {
    throw Error(ErrorCode::bad_payload, path + ": " + error.what());
  }
}

}  // namespace

std::optional<archive::Receipt> find_receipt(forge::Forge& forge, const payload::BatchId& id) {
  for (const auto& below : {archive::summary_path(id), archive::flat_summary_path(id)}) {
    if (auto receipt = receipt_at(forge, archive::in_repository(below.str()))) return receipt;
  }
  return {};
}

bool is_stored(forge::Forge& forge, const payload::BatchId& id) {
  try {
    const auto receipt = find_receipt(forge, id);
    return receipt && receipt->status == archive::BatchStatus::stored;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::bad_payload) throw;
    throw Error(ErrorCode::network, error.what());
  }
}

archive::Receipt wait_for_receipt(forge::Forge& forge, platform::Clock& clock,
                                  model::Progress& progress, const payload::BatchId& id,
                                  std::chrono::seconds time) {
  const platform::Clock::time_point deadline = clock.now() + time;
  ReceiptPoll poll(forge, id);
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
