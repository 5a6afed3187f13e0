#include "common/codec/base64.hpp"

#include <benchmark/benchmark.h>

#include "tests/bench/random_bytes.hpp"

/// Speeds are those of the bytes, not of their text.

namespace healthmetric {
namespace {

void base64_encode(benchmark::State& state) {
  const std::string bytes = random_bytes(static_cast<std::size_t>(state.range()));
  ByteBuffer text;
  for ([[maybe_unused]] auto turn : state) {
    text.clear();
    base64::Encoder encoder;
    encoder.encode(bytes, text);
    encoder.finish(text);
    benchmark::DoNotOptimize(text.view().data());
  }
  state.SetBytesProcessed(state.iterations() * state.range());
}

void base64_decode(benchmark::State& state) {
  const std::string text = base64::encode(random_bytes(static_cast<std::size_t>(state.range())));
  ByteBuffer bytes;
  for ([[maybe_unused]] auto turn : state) {
    bytes.clear();
    base64::Decoder decoder;
    if (!decoder.decode(text, bytes) || !decoder.finish()) state.SkipWithError("not decoded");
    benchmark::DoNotOptimize(bytes.view().data());
  }
  state.SetBytesProcessed(state.iterations() * state.range());
}

BENCHMARK(base64_encode)->Arg(4 << 10)->Arg(192 << 10);
BENCHMARK(base64_decode)->Arg(4 << 10)->Arg(192 << 10);

}  // namespace
}  // namespace healthmetric
