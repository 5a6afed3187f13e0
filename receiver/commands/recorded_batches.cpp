#include "receiver/commands/recorded_batches.hpp"

#include <optional>
#include <utility>

#include "common/archive/summary_heads.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::receiver {

void for_each_batch(archive::StorageReader& storage, const BatchFilter& filter,
                    archive::Order order, const BatchHandler& use,
                    const archive::Complain& complain) {
  const auto on_summary = [&](const payload::RelativePath& path, const payload::BatchId& id,
                              const archive::ReadHead& read) {
    std::optional<archive::RecordedBatch> batch;
    try {
      with_context([&] { return in_quotes(path.str()); },
                   [&] {
                     auto head = read();
                     if (!head || !filter.takes(*head)) return;
                     archive::check_head(storage, path, id, *head, complain);
                     batch = std::move(head);
                   });
    } catch (const Error& error) {
      if (!archive::is_of_one_summary(error)) throw;
      complain(error);
    }
    return batch ? use(id, *batch) : archive::Next::go_on;
  };
  archive::for_each_head(storage, filter.period, order, {on_summary, complain});
}

}  // namespace healthmetric::receiver
