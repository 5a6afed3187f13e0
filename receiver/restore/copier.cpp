#include "receiver/restore/copier.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include "common/codec/digest.hpp"
#include "common/payload/relative_path.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/process.hpp"

namespace healthmetric::restore {
namespace {

/// Fits into the cache of a core: each block is read, digested and written by the same one.
constexpr std::size_t kBlockBytes = std::size_t{256} * 1024;

constexpr std::size_t kMostWorkers = 4;
constexpr std::size_t kMostFiles = 16;

/// As many as leave descriptors for everything else: folders, the log.
std::size_t most_files() {
  constexpr std::size_t kOthers = 24;
  const std::size_t limit = platform::most_open_files();
  return std::clamp<std::size_t>(limit > kOthers ? (limit - kOthers) / 2 : 0, 1, kMostFiles);
}

std::size_t read_some(platform::InputFile& stored, std::span<char> block) {
  try {
    return stored.read(block);
  } catch (const Error& error) {
    throw ReadFailed(error);
  }
}

bool copy_blocks(platform::InputFile& stored, Destination::NewFile& out,
                 const archive::RecordedFile& file, std::span<char> block,
                 const std::function<bool()>& is_wanted) {
  codec::Sha256 sha256;
  std::uint64_t copied_bytes = 0;
  while (copied_bytes < file.size_bytes) {
    if (!is_wanted()) return false;
    const std::size_t count = read_some(stored, block);
    copied_bytes += count;
    if (count == 0 || copied_bytes > file.size_bytes) return false;
    const std::string_view bytes(block.data(), count);
    sha256.update(bytes);
    out.write(bytes);
  }
  return sha256.finish_hex() == file.sha256;
}

/// nullopt if it is odd in any way.
std::optional<platform::InputFile> opened(archive::StorageReader& storage,
                                          const archive::RecordedFile& file) {
  try {
    auto stored = storage.open(
        payload::RelativePath(file.stored_path, payload::RelativePath::kMaxStoredBytes));
    if (stored && stored->first_state().size_bytes == file.size_bytes) return stored;
  } catch (const Error&) {
    // It is opened again, by who tells what is wrong.
  }
  return {};
}

}  // namespace

Copier::Copier(const archive::StorageReader& storage)
    : most_files_(most_files()),
      copies_([this](Copy& copy, std::size_t worker) { work(copy, workers_[worker]); }) {
  const std::size_t count = std::min({platform::usable_cores(), kMostWorkers, most_files_});
  for (std::size_t i = 0; i < count; ++i) {
    workers_.push_back({storage.again(), {}});
  }
}

void Copier::push(Copy copy) {
  copies_.push(std::move(copy));
  if (copies_.size() > 1) copies_.start_helpers(workers_.size() - 1);
}

void Copier::work(Copy& copy, Worker& worker) {
  auto stored = opened(worker.storage, copy.file);
  if (!stored) return;
  worker.block.resize(kBlockBytes);
  const auto is_wanted = [&] {
    platform::stop_soon_if_signalled();
    return !copies_.is_abandoned();
  };
  try {
    if (!copy_blocks(*stored, *copy.out, copy.file, worker.block, is_wanted)) return;
  } catch (const ReadFailed&) {
    return;
  }
  copy.out->finish(copy.modified, copy.time_error);
  copy.is_whole = true;
}

bool Copier::copy(platform::InputFile& stored, Destination::NewFile& out,
                  const archive::RecordedFile& file) {
  std::vector<char> block(kBlockBytes);
  const auto is_wanted = [] {
    platform::stop_soon_if_signalled();
    return true;
  };
  return copy_blocks(stored, out, file, block, is_wanted);
}

}  // namespace healthmetric::restore
