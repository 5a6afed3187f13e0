#include "receiver/commands/recorded_batches.hpp"

#include "common/archive/summary_heads.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::receiver {
namespace {

/// Else something is wrong with the whole run.
bool is_of_the_summary(const Error& error) {
  return error.code() == ErrorCode::bad_payload || error.code() == ErrorCode::too_large ||
         error.code() == ErrorCode::unsafe_path;
}

}  // namespace

void for_each_batch(archive::StorageReader& storage, const BatchFilter& filter,
                    archive::Order order, const BatchHandler& use,
                    const archive::Complain& complain) {
  const auto on_summary = [&](const payload::RelativePath& path, const payload::BatchId& id,
                              const archive::ReadHead& read) {
    std::optional<archive::RecordedBatch> batch;
    try {
      batch = with_context([&] { return in_quotes(path.str()); }, read);
    } catch (const Error& error) {
      if (!is_of_the_summary(error)) throw;
      complain(error);
    }
    return batch && filter.takes(*batch) ? use(id, *batch) : archive::Next::go_on;
  };
  archive::for_each_head(storage, filter.period, order, {on_summary, complain});
}

}  // namespace healthmetric::receiver
