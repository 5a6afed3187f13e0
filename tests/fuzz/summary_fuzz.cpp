// Whatever the text: an error that tells what is wrong, or a summary whose head is the same however
// much of the text is there, whose receipt agrees with it, and whose files have safe paths.
#include <filesystem>

#include "common/archive/layout.hpp"
#include "common/archive/receipt.hpp"
#include "common/archive/series.hpp"
#include "common/archive/stored_batches.hpp"
#include "common/archive/summary_reader.hpp"
#include "common/base/error.hpp"
#include "common/base/stream.hpp"
#include "common/platform/file.hpp"
#include "tests/fuzz/require.hpp"

using namespace healthmetric;

namespace {

/// What `read` makes of the text; nullopt where it is invalid.
template <typename Read>
auto unless_invalid(Read read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const Error& error) {
    require(error.code() == ErrorCode::bad_payload || error.code() == ErrorCode::too_large ||
                error.code() == ErrorCode::unsafe_path,
            "a bad summary is the summary's fault");
    return {};
  }
}

std::optional<archive::RecordedBatch> head_of(std::string_view text) {
  return unless_invalid([&] {
    TextSource source(text);
    return archive::read_summary(source, {});
  });
}

std::optional<archive::RecordedBatch> whole_of(std::string_view text) {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  const auto use = [&](const archive::RecordedBatch& /*batch*/, const archive::RecordedFile& file) {
    files += 1;
    bytes += file.size_bytes;
  };
  auto batch = unless_invalid([&] {
    TextSource source(text);
    return archive::read_summary(source, use);
  });
  require(!batch || (batch->listed_files == files && batch->listed_size_bytes == bytes),
          "the files are counted");
  return batch;
}

void check_head(const archive::RecordedBatch& head, std::string_view text) {
  const auto again = head_of(text);
  require(again && again->batch_id == head.batch_id && again->batch_name == head.batch_name &&
              again->status == head.status && again->producer.id == head.producer.id &&
              again->producer.sequence == head.producer.sequence &&
              again->processed_at == head.processed_at && again->total_files == head.total_files &&
              again->gone == head.gone && again->folders == head.folders,
          "a head that was read whole does not depend on what follows");
}

/// What commands make of it, when it is where the summary of its batch belongs.
void check_state(const payload::BatchId& id, std::string_view text) {
  const platform::TemporaryDirectory folder;
  const payload::RelativePath path = archive::summary_path(id);
  std::filesystem::create_directories((folder.path() / path.str()).parent_path());
  {
    platform::OutputFile file(folder.path() / path.str());
    file.write(text);
    file.flush();
  }
  archive::StorageReader storage(folder.path());
  archive::StoredBatches batches(storage, [](const Error& /*why*/) {});
  batches.add_all([](const archive::RecordedBatch& /*batch*/) { return true; });
  require(batches.heads().size() <= 1, "there is one batch at most");
  archive::for_each_tree(
      batches.heads(), std::chrono::sys_seconds::max(),
      [&](std::size_t batch) { return batches.read(batch); },
      [&](const archive::Tree& tree) {
        for (const archive::CurrentFile& file : tree.files) {
          require(payload::RelativePath::fault_of(file.file.path).empty() &&
                      payload::RelativePath::fault_of(file.file.stored_path,
                                                      payload::RelativePath::kMaxStoredBytes)
                          .empty(),
                  "a file of the state has safe paths");
        }
      });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  const auto whole = whole_of(text);
  const auto receipt = unless_invalid([&] {
    TextSource source(text);
    return archive::read_receipt(source);
  });
  require(!whole || !receipt || whole->status == receipt->status,
          "summary and receipt have the same status");
  for (std::size_t part = 1; part <= 4; ++part) {
    if (const auto head = head_of(text.substr(0, size * part / 4))) check_head(*head, text);
  }
  const auto head = head_of(text);
  const auto id = head ? payload::BatchId::parse(head->batch_id) : std::nullopt;
  if (id) check_state(*id, text);
  return 0;
}
