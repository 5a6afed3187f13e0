#include "sender/pack/compression.hpp"

#include "common/codec/base64.hpp"
#include "sender/pack/file_content.hpp"

namespace healthmetric::pack {
namespace {

/// How much of a file is looked at: no more than is always read at once, so that the answer depends
/// on the file alone.
constexpr std::size_t kSampleBytes = kLeastReadBytes;

/// Counts what nobody needs.
struct SizeOnly final : Sink {
  std::uint64_t bytes = 0;
  void write(std::string_view some) override { bytes += some.size(); }
};

}  // namespace

bool saves_enough(std::uint64_t encoded_bytes, std::uint64_t size_bytes) {
  return encoded_bytes * 10 <= base64::encoded_size_64(size_bytes) * 9;
}

bool CompressionProbe::is_worthwhile(const payload::Encoding& encoding, std::string_view bytes) {
  const std::string_view sample = bytes.substr(0, kSampleBytes);
  SizeOnly encoded;
  filters_.begin(encoding.filters());
  filters_.write(sample, encoded);
  filters_.finish(encoded);
  return saves_enough(base64::encoded_size_64(encoded.bytes), sample.size());
}

}  // namespace healthmetric::pack
