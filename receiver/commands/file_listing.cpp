#include "receiver/commands/file_listing.hpp"

#include "common/platform/interruption.hpp"

namespace healthmetric::receiver {

FileListing::FileListing(StoredFiles& stored, const BatchFilter& filter,
                         const patterns::PathPatterns& patterns, FileList& list, Listed listed)
    : stored_(stored),
      filter_(filter),
      patterns_(patterns),
      list_(list),
      listed_(listed),
      batches_(stored.storage(), [this](const Error& why) { stored_.complain(why); }) {}

void FileListing::list_state(std::chrono::sys_seconds at) {
  batches_.add_all([&](const archive::RecordedBatch& batch) { return filter_.takes(batch); });
  batch_count_ = batches_.heads().size();
  archive::for_each_tree(
      batches_.heads(), at, [&](std::size_t batch) { return batches_.read(batch); },
      [&](const archive::Tree& tree) {
        for (const archive::CurrentFile& file : tree.files) {
          add(file.file, batches_.heads()[file.batch]);
        }
      });
  list_.finish();
}

void FileListing::list_versions(std::chrono::sys_seconds at) {
  const auto wants = [&](const archive::RecordedBatch& batch) {
    const bool is_wanted = filter_.takes(batch) && batch.processed_at <= at;
    if (is_wanted) ++batch_count_;
    return is_wanted;
  };
  batches_.for_each_version(
      filter_.period, wants,
      [&](const archive::RecordedBatch& batch, const archive::RecordedFile& file) {
        add(file, archive::head_of(batch));
      });
  list_.finish();
}

void FileListing::add(const archive::RecordedFile& file, const archive::SeriesBatch& batch) {
  platform::stop_soon_if_signalled();
  if (patterns_.verdict_on(file.path) == patterns::Verdict::exclude || !is_in_period(batch)) return;
  ++count_;
  if (listed_ == Listed::recorded) return list_.add({file, batch});
  const bool is_whole = stored_.open(file, batch.batch_id).has_value();
  if (is_whole || listed_ == Listed::all) list_.add({file, batch});
}

bool FileListing::is_in_period(const archive::SeriesBatch& batch) const {
  const auto id = payload::BatchId::parse(batch.batch_id);
  return id && filter_.period.has(id->time);
}

}  // namespace healthmetric::receiver
