// A time that was read is written so that it is read back, in both forms.
#include "common/text/timestamp.hpp"
#include "tests/fuzz/require.hpp"

using namespace healthmetric;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  if (const auto time = text::parse_timestamp(text)) {
    require(text::parse_timestamp(text::format_timestamp(*time)) == time,
            "a written time is read back");
    require(text::parse_compact_timestamp(text::format_compact_timestamp(*time)) == time,
            "a time written compactly is read back");
  }
  if (const auto time = text::parse_compact_timestamp(text)) {
    require(text::format_compact_timestamp(*time) == text, "the compact form has one spelling");
  }
  return 0;
}
