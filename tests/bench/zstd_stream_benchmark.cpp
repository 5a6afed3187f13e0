#include "common/codec/zstd_stream.hpp"

#include <benchmark/benchmark.h>

#include "tests/bench/random_bytes.hpp"
#include "tests/support/filters.hpp"

/// Speeds are those of the bytes before they are compressed.

namespace healthmetric {
namespace {

class Forgotten final : public Sink {
 public:
  void write(std::string_view bytes) override { benchmark::DoNotOptimize(bytes.data()); }
};

void zstd_compress(benchmark::State& state) {
  const std::string bytes = heart_rates(static_cast<std::size_t>(state.range()));
  const auto encoder = codec::kZstdFilter.make_encoder();
  Forgotten out;
  for ([[maybe_unused]] auto turn : state) {
    encoder->write(bytes, out);
    encoder->finish(out);
  }
  state.SetBytesProcessed(state.iterations() * state.range());
}

void zstd_decompress(benchmark::State& state) {
  const std::string frame = zstd_frame(heart_rates(static_cast<std::size_t>(state.range())));
  const auto decoder = codec::kZstdFilter.make_decoder();
  Forgotten out;
  for ([[maybe_unused]] auto turn : state) {
    decoder->write(frame, out);
    decoder->finish(out);
  }
  state.SetBytesProcessed(state.iterations() * state.range());
}

BENCHMARK(zstd_compress)->Arg(192 << 10);
BENCHMARK(zstd_decompress)->Arg(192 << 10);

}  // namespace
}  // namespace healthmetric
