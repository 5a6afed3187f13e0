#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/codec/content_filter.hpp"

namespace healthmetric::payload {

/// How the bytes of an entry are written: the filters they pass on their way into base64. An entry
/// tells it by the name of the member that holds the text: `content` without any, the plain
/// encoding, and `content_zstd` with zstd.
class Encoding {
 public:
  Encoding() = default;

  /// `filters` in the order in which an encoder's bytes pass them, each once.
  explicit Encoding(std::vector<const codec::FilterType*> filters) : filters_(std::move(filters)) {}

  /// What a member of an entry says of its text; nothing where it is none that holds a content.
  static std::optional<Encoding> of_member(std::string_view name);
  [[nodiscard]] std::string member() const;

  [[nodiscard]] std::span<const codec::FilterType* const> filters() const { return filters_; }
  [[nodiscard]] bool is_plain() const { return filters_.empty(); }

  /// Whether there is a filter that is not worth it where it saves little, and the rest of them.
  [[nodiscard]] bool compresses() const;
  [[nodiscard]] Encoding without_compression() const;

  /// How much larger so many bytes may become before they are base64.
  [[nodiscard]] std::uint64_t max_growth(std::uint64_t size_bytes) const;

  friend bool operator==(const Encoding&, const Encoding&) = default;

 private:
  std::vector<const codec::FilterType*> filters_;
};

}  // namespace healthmetric::payload
