#include "common/codec/content_filter.hpp"

#include <algorithm>
#include <array>

#include "common/codec/zstd_stream.hpp"

namespace healthmetric::codec {
namespace {

constexpr std::array<const FilterType*, 1> kFilters{&kZstdFilter};

}  // namespace

const FilterType* find_filter(std::string_view name) {
  const auto* const found = std::find_if(
      kFilters.begin(), kFilters.end(), [&](const FilterType* type) { return type->name == name; });
  return found == kFilters.end() ? nullptr : *found;
}

/// What stands behind a filter of the chain.
class FilterChain::Rest final : public Sink {
 public:
  Rest(FilterChain& chain, std::size_t index, Sink& out)
      : chain_(chain), index_(index), out_(out) {}

  void write(std::string_view bytes) override { chain_.write_from(index_, bytes, out_); }

 private:
  FilterChain& chain_;
  std::size_t index_;
  Sink& out_;
};

ContentFilter& FilterChain::made(const FilterType& type) {
  const auto found = std::find_if(made_.begin(), made_.end(),
                                  [&](const Made& some) { return some.type == &type; });
  if (found != made_.end()) return *found->filter;
  auto filter = direction_ == Direction::encode ? type.make_encoder() : type.make_decoder();
  return *made_.emplace_back(Made{&type, std::move(filter)}).filter;
}

void FilterChain::begin(std::span<const FilterType* const> types) {
  filters_.clear();
  for (const FilterType* const type : types) filters_.push_back(&made(*type));
  if (direction_ == Direction::decode) std::reverse(filters_.begin(), filters_.end());
}

void FilterChain::write_from(std::size_t index, std::string_view bytes, Sink& out) {
  if (index == filters_.size()) return out.write(bytes);
  Rest rest(*this, index + 1, out);
  filters_[index]->write(bytes, rest);
}

void FilterChain::finish(Sink& out) {
  for (std::size_t i = 0; i < filters_.size(); ++i) {
    Rest rest(*this, i + 1, out);
    filters_[i]->finish(rest);
  }
}

void FilterChain::reset() {
  filters_.clear();
  made_.clear();
}

}  // namespace healthmetric::codec
