#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "common/base/stream.hpp"

/// What happens to the bytes of a file between the source and a payload, and back. A filter is a
/// pair of an encoder and a decoder with a name; zstd is one. Several stand one after the other.

namespace healthmetric::codec {

/// One direction of a filter: bytes come in pieces, and what they become goes on.
class ContentFilter {
 public:
  virtual ~ContentFilter() = default;

  /// Hands to `out` what `bytes` become, at most 128 KiB at a time, so that `out` can stop an
  /// expansion by throwing. An encoder keeps nothing back: what `out` got is what the bytes cost.
  /// A decoder throws Error{bad_payload} for what no encoder made.
  virtual void write(std::string_view bytes, Sink& out) = 0;

  /// Ends the content, for which there may be something to hand on; the filter is then as new. A
  /// decoder throws Error{bad_payload} when the content is cut off.
  virtual void finish(Sink& out) = 0;
};

/// A kind of filter. There is one object of each, so that equal kinds have equal addresses.
struct FilterType {
  std::string_view name;  ///< as in a payload: zstd in `content_zstd`
  bool is_compression;    ///< not worth it where it saves little

  /// How much larger the encoder may make so many bytes, in all; cautious.
  std::uint64_t (*max_growth)(std::uint64_t size_bytes);

  std::unique_ptr<ContentFilter> (*make_encoder)();
  std::unique_ptr<ContentFilter> (*make_decoder)();
};

/// The filter of that name; none when there is none.
const FilterType* find_filter(std::string_view name);

/// The filters that contents pass in one direction, one content after the other. Without any,
/// bytes pass as they are and are not copied.
class FilterChain {
 public:
  enum class Direction { encode, decode };

  explicit FilterChain(Direction direction) : direction_(direction) {}

  /// The next content passes these, which are named in the order of encoding. A filter that was
  /// made for an earlier content is used again.
  void begin(std::span<const FilterType* const> types);

  /// As ContentFilter does.
  void write(std::string_view bytes, Sink& out) { write_from(0, bytes, out); }
  void finish(Sink& out);

  /// After a content that was not finished.
  void reset();

 private:
  class Rest;
  struct Made {
    const FilterType* type;
    std::unique_ptr<ContentFilter> filter;
  };

  ContentFilter& made(const FilterType& type);
  void write_from(std::size_t index, std::string_view bytes, Sink& out);

  Direction direction_;
  std::vector<Made> made_;
  std::vector<ContentFilter*> filters_;  ///< of the content, in the order of the bytes' way
};

}  // namespace healthmetric::codec
