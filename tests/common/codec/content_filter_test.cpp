#include "common/codec/content_filter.hpp"

#include <array>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/filters.hpp"

using namespace healthmetric;

namespace {

/// Brackets a content, and begins again behind its end.
template <char kOpen, char kClose>
class Bracket final : public codec::ContentFilter {
 public:
  void write(std::string_view bytes, Sink& out) override {
    open(out);
    out.write(bytes);
  }
  void finish(Sink& out) override {
    open(out);
    out.write(std::string(1, kClose));
    is_open_ = false;
  }

 private:
  void open(Sink& out) {
    if (!is_open_) out.write(std::string(1, kOpen));
    is_open_ = true;
  }

  bool is_open_ = false;
};

/// Takes the first and the last byte off, which must be such a pair.
template <char kOpen, char kClose>
class Unbracket final : public codec::ContentFilter {
 public:
  void write(std::string_view bytes, Sink& /*out*/) override { text_ += bytes; }
  void finish(Sink& out) override {
    if (text_.size() < 2 || text_.front() != kOpen || text_.back() != kClose) {
      throw Error(ErrorCode::bad_payload, "no brackets");
    }
    out.write(std::string_view(text_).substr(1, text_.size() - 2));
    text_.clear();
  }

 private:
  std::string text_;
};

template <char kOpen, char kClose>
const codec::FilterType& bracket() {
  static const codec::FilterType type{"bracket", false,
                                      [](std::uint64_t) { return std::uint64_t{2}; },
                                      []() -> std::unique_ptr<codec::ContentFilter> {
                                        return std::make_unique<Bracket<kOpen, kClose>>();
                                      },
                                      []() -> std::unique_ptr<codec::ContentFilter> {
                                        return std::make_unique<Unbracket<kOpen, kClose>>();
                                      }};
  return type;
}

using enum codec::FilterChain::Direction;

std::string passed(codec::FilterChain& chain, std::span<const codec::FilterType* const> types,
                   std::string_view bytes, std::size_t step = 1'000'000) {
  TextSink out;
  chain.begin(types);
  for (std::size_t at = 0; at < bytes.size(); at += step) chain.write(bytes.substr(at, step), out);
  chain.finish(out);
  return out.text;
}

}  // namespace

TEST_CASE("a filter is found by its name") {
  CHECK(codec::find_filter("zstd") == &codec::kZstdFilter);
  CHECK(codec::find_filter("") == nullptr);
  CHECK(codec::find_filter("none") == nullptr);
  CHECK(codec::find_filter("zst") == nullptr);
}

TEST_CASE("bytes that pass no filter are neither changed nor copied") {
  struct Same final : Sink {
    const char* seen = nullptr;
    void write(std::string_view bytes) override { seen = bytes.data(); }
  };
  codec::FilterChain chain(encode);
  const std::string_view bytes = "as they are";
  Same same;
  chain.begin({});
  chain.write(bytes, same);
  CHECK(same.seen == bytes.data());
  chain.finish(same);
}

TEST_CASE("filters are applied in order, and undone in reverse") {
  codec::FilterChain chain(encode);
  const std::array<const codec::FilterType*, 2> two{&bracket<'(', ')'>(), &bracket<'<', '>'>()};
  CHECK(passed(chain, two, "one") == "<(one)>");
  CHECK(passed(chain, two, "two", 1) == "<(two)>");
  codec::FilterChain back(decode);
  CHECK(passed(back, two, "<(one)>") == "one");
  CHECK(error_code_of([&] { passed(back, two, "(<one>)"); }) == ErrorCode::bad_payload);
}

TEST_CASE("one chain can be used for contents of any encoding") {
  const std::array<const codec::FilterType*, 3> three{&bracket<'(', ')'>(), &codec::kZstdFilter,
                                                      &bracket<'<', '>'>()};
  codec::FilterChain there(encode);
  codec::FilterChain back(decode);
  for (const std::string text : {"", "x", "some text, some text, some text"}) {
    for (std::size_t filters = 0; filters <= three.size(); ++filters) {
      const std::span types = std::span(three).first(filters);
      const std::string coded = passed(there, types, text, 7);
      CHECK(passed(back, types, coded, 3) == text);
      CHECK((filters == 0) == (coded == text));
    }
  }
}

TEST_CASE("a reset discards an unfinished content") {
  const std::string expected = zstd_frame("second");
  const payload::Encoding zstd = zstd_encoding();
  codec::FilterChain chain(encode);
  TextSink nowhere;
  chain.begin(zstd.filters());
  chain.write("first", nowhere);
  chain.reset();
  CHECK(passed(chain, zstd.filters(), "second") == expected);
}

TEST_CASE("zstd's growth of incompressible data stays within its bound") {
  std::uint64_t state = 1;
  for (const std::size_t size : {0U, 1U, 1000U, 200'000U, 1'000'000U}) {
    std::string noise(size, '\0');
    for (char& byte : noise) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      byte = static_cast<char>(state >> 56U);
    }
    CHECK(zstd_frame(noise).size() <= size + codec::kZstdFilter.max_growth(size));
  }
}
