#include "common/payload/encoding.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/filters.hpp"

using namespace healthmetric;

namespace {

const codec::FilterType kSeal{"seal", false, [](std::uint64_t) { return std::uint64_t{16}; },
                              nullptr, nullptr};

}  // namespace

TEST_CASE("the member's name lists the filters of a content") {
  CHECK(payload::Encoding().member() == "content");
  CHECK(zstd_encoding().member() == "content_zstd");
  CHECK(payload::Encoding({&codec::kZstdFilter, &kSeal}).member() == "content_zstd_seal");
  CHECK(payload::Encoding::of_member("content") == payload::Encoding());
  CHECK(payload::Encoding::of_member("content_zstd") == zstd_encoding());
}

TEST_CASE("a member with unknown or repeated filters is not content") {
  const char* const name = GENERATE("", "conten", "contents", "content_", "content_type", "Content",
                                    "content__zstd", "content_zstd_", "content_zstdx",
                                    "content_ZSTD", "content_seal", "content_zstd_zstd", "zstd");
  CAPTURE(name);
  CHECK_FALSE(payload::Encoding::of_member(name));
}

TEST_CASE("compression is skipped where it does not pay, and only there") {
  const payload::Encoding both({&codec::kZstdFilter, &kSeal});
  CHECK(both.compresses());
  CHECK(both.without_compression() == payload::Encoding({&kSeal}));
  CHECK_FALSE(both.without_compression().compresses());
  CHECK(zstd_encoding().without_compression().is_plain());
  CHECK_FALSE(payload::Encoding().compresses());
}

TEST_CASE("the growth of each filter is added to that of the one before it") {
  CHECK(payload::Encoding().max_growth(1'000'000) == 0);
  CHECK(payload::Encoding({&kSeal}).max_growth(1'000'000) == 16);
  const std::uint64_t zstd = codec::kZstdFilter.max_growth(1'000'000);
  CHECK(zstd_encoding().max_growth(1'000'000) == zstd);
  CHECK(payload::Encoding({&codec::kZstdFilter, &kSeal}).max_growth(1'000'000) == zstd + 16);
}
