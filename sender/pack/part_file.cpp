#include "sender/pack/part_file.hpp"

#include <utility>

namespace healthmetric::pack {
namespace {

std::optional<platform::OutputFile> create(const std::filesystem::path& path) {
  if (path.empty()) return {};
  return platform::OutputFile(path);
}

}  // namespace

PartFile::PartFile(std::filesystem::path path)
    : path_(std::move(path)),
      file_(create(path_)),
      writer_(file_ ? static_cast<Sink&>(*file_) : nowhere_) {}

void PartFile::rewind_to(const payload::PayloadWriter::Mark& mark) {
  writer_.rewind_to(mark);
  if (file_) file_->truncate(mark.written_bytes);
}

std::uint64_t PartFile::finish(const payload::BatchMetadata& metadata) {
  writer_.finish(metadata);
  if (file_) file_->sync();
  return writer_.mark().written_bytes;
}

}  // namespace healthmetric::pack
