#include "common/text/json_scanner.hpp"

#include <benchmark/benchmark.h>

#include "common/codec/base64.hpp"
#include "tests/bench/random_bytes.hpp"

namespace healthmetric {
namespace {

constexpr text::JsonScanner::Bounds kBounds{8, 400'000, 4096};

/// The entries of a payload, read as its reader does: contents in runs, the rest by key.
std::uint64_t read_files(std::string_view text) {
  TextSource source(text);
  text::JsonScanner scanner(source, kBounds);
  std::uint64_t content_size = 0;
  std::string key;
  scanner.begin_object();
  while (scanner.next_key(key)) {
    scanner.begin_object();
    while (scanner.next_key(key)) {
      if (key != "content") {
        scanner.skip_value();
        continue;
      }
      scanner.begin_string();
      for (auto run = scanner.string_run(); !run.empty(); run = scanner.string_run()) {
        content_size += run.size();
      }
    }
  }
  scanner.expect_end();
  return content_size;
}

/// 4 MiB of entries with contents of so many bytes.
void json_scanner(benchmark::State& state) {
  const auto content_bytes = static_cast<std::size_t>(state.range());
  const std::string content = base64::encode(random_bytes(content_bytes));
  const std::size_t files = (std::size_t{4} << 20) / content_bytes;
  std::string text = "{";
  for (std::size_t i = 0; i < files; ++i) {
    if (i > 0) text += ',';
    text += "\"sub/data_" + std::to_string(i) + R"(.json":{"filename":"data.json","content":")" +
            content + R"(","extension":".json","content_type":"application/json","size":)" +
            std::to_string(content_bytes) + "}";
  }
  text += "}";
  for ([[maybe_unused]] auto turn : state) {
    if (read_files(text) != files * content.size()) state.SkipWithError("not all was read");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK(json_scanner)->Arg(128)->Arg(4 << 10)->Arg(1 << 20);

}  // namespace
}  // namespace healthmetric
