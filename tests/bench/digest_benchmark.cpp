#include "common/codec/digest.hpp"

#include <benchmark/benchmark.h>

#include "tests/bench/random_bytes.hpp"

namespace healthmetric {
namespace {

void sha256(benchmark::State& state) {
  const std::string bytes = random_bytes(static_cast<std::size_t>(state.range()));
  for ([[maybe_unused]] auto turn : state) {
    codec::Sha256 digest;
    digest.update(bytes);
    benchmark::DoNotOptimize(digest.finish_hex());
  }
  state.SetBytesProcessed(state.iterations() * state.range());
}

void git_blob_id(benchmark::State& state) {
  const std::string bytes = random_bytes(static_cast<std::size_t>(state.range()));
  for ([[maybe_unused]] auto turn : state) {
    codec::GitBlobId digest(bytes.size());
    digest.update(bytes);
    benchmark::DoNotOptimize(digest.finish_hex());
  }
  state.SetBytesProcessed(state.iterations() * state.range());
}

BENCHMARK(sha256)->Arg(4 << 10)->Arg(192 << 10);
BENCHMARK(git_blob_id)->Arg(4 << 10)->Arg(192 << 10);

}  // namespace
}  // namespace healthmetric
