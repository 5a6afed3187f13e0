#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/base/stream.hpp"
#include "common/payload/batch.hpp"

namespace healthmetric::payload {

/// How deep the JSON of a payload may be nested; the format itself needs five levels.
inline constexpr std::size_t kMaxPayloadDepth = 8;

/// What of its limits a batch has left; shared by the readers of its parts.
class Budget {
 public:
  explicit Budget(const Limits& limits) : limits_(limits) {}

  /// Each throws Error{too_large}, naming the limit, when more than the limit was taken.
  void take_file();
  void take_bytes(std::uint64_t count);
  void check_file_size(std::uint64_t size_bytes) const;

  [[nodiscard]] const Limits& limits() const { return limits_; }

 private:
  Limits limits_;
  std::uint64_t files_ = 0;
  std::uint64_t bytes_ = 0;
};

/// Receives a payload as it is read. Nothing is certain until read_payload() has returned: only
/// then do all sizes, digests and counts agree.
class PayloadSink {
 public:
  virtual ~PayloadSink() = default;

  /// The content of an entry begins. Its size, where that is known before its end: always for plain
  /// contents of up to 150 KiB. In version 1 the entry may turn out to have another path.
  virtual void begin_content(const RelativePath& path, std::optional<std::uint64_t> size_bytes) = 0;
  virtual void content(std::string_view bytes) = 0;

  /// The entry is complete and matches its declared size and digest.
  virtual void end_entry(const FileEntry& entry) = 0;
};

/// Reads one payload of version 1 or 2, plain or compressed, in bounded memory, and returns its
/// metadata. `budget` is charged before memory or disk is spent.
///
/// Throws Error{bad_payload} with the entry and the byte offset for whatever docs/payload-format.md
/// calls a defect, Error{unsafe_path}, Error{too_large}, and what `source` and `sink` throw.
BatchMetadata read_payload(Source& source, Budget& budget, PayloadSink& sink);

/// What `batch_metadata` says, if the document can be read as far as that, whatever is wrong with
/// its files; nullopt otherwise. Nothing of it is verified. Throws what `source` throws.
std::optional<BatchMetadata> read_metadata_alone(Source& source, const Limits& limits);

/// True when the document has the two keys that make a payload, however broken it is behind them.
bool looks_like_payload(Source& source, const Limits& limits);

}  // namespace healthmetric::payload
