#include "common/codec/zstd_stream.hpp"

#include <benchmark/benchmark.h>

#include "tests/bench/random_bytes.hpp"

/// Speeds are those of the bytes before they are compressed.

namespace healthmetric {
namespace {

class Forgotten final : public Sink {
 public:
  void write(std::string_view bytes) override { benchmark::DoNotOptimize(bytes.data()); }
};

void zstd_compress(benchmark::State& state) {
  const std::string bytes = heart_rates(static_cast<std::size_t>(state.range()));
  codec::ZstdCompressor compressor;
  std::string frame;
  for ([[maybe_unused]] auto turn : state) {
    frame.clear();
    compressor.compress(bytes, frame);
    compressor.finish(frame);
    benchmark::DoNotOptimize(frame.data());
  }
  state.SetBytesProcessed(state.iterations() * state.range());
}

void zstd_decompress(benchmark::State& state) {
  std::string frame;
  codec::ZstdCompressor compressor;
  compressor.compress(heart_rates(static_cast<std::size_t>(state.range())), frame);
  compressor.finish(frame);
  codec::ZstdDecompressor decompressor;
  Forgotten out;
  for ([[maybe_unused]] auto turn : state) {
    decompressor.decompress(frame, out);
    decompressor.finish();
  }
  state.SetBytesProcessed(state.iterations() * state.range());
}

BENCHMARK(zstd_compress)->Arg(192 << 10);
BENCHMARK(zstd_decompress)->Arg(192 << 10);

}  // namespace
}  // namespace healthmetric
