#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

#include "common/payload/writer.hpp"
#include "common/platform/file.hpp"

namespace healthmetric::pack {

/// A payload file while it is written; without a path it is only measured.
class PartFile {
 public:
  explicit PartFile(std::filesystem::path path);

  payload::PayloadWriter& writer() { return writer_; }

  /// Discards what was written since.
  void rewind_to(const payload::PayloadWriter::Mark& mark);

  /// Completes the payload and returns its size once it is on the disk.
  std::uint64_t finish(const payload::BatchMetadata& metadata);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  class Nowhere final : public Sink {
   public:
    void write(std::string_view /*bytes*/) override {}
  };

  std::filesystem::path path_;
  std::optional<platform::OutputFile> file_;
  Nowhere nowhere_;
  payload::PayloadWriter writer_;
};

}  // namespace healthmetric::pack
