#include "common/payload/encoding.hpp"

#include <algorithm>

namespace healthmetric::payload {
namespace {

constexpr std::string_view kMember = "content";
constexpr char kSeparator = '_';

bool is_compression(const codec::FilterType* filter) {
  return filter->is_compression;
}

}  // namespace

std::optional<Encoding> Encoding::of_member(std::string_view name) {
  if (!name.starts_with(kMember)) return {};
  name.remove_prefix(kMember.size());
  Encoding encoding;
  while (!name.empty()) {
    if (name.front() != kSeparator) return {};
    name.remove_prefix(1);
    const std::size_t end = std::min(name.find(kSeparator), name.size());
    const codec::FilterType* const filter = codec::find_filter(name.substr(0, end));
    // Each once: filters in filters could make a small payload expand without end.
    auto& filters = encoding.filters_;
    if (filter == nullptr || std::find(filters.begin(), filters.end(), filter) != filters.end()) {
      return {};
    }
    filters.push_back(filter);
    name.remove_prefix(end);
  }
  return encoding;
}

std::string Encoding::member() const {
  std::string name(kMember);
  for (const codec::FilterType* const filter : filters_) {
    name += kSeparator;
    name += filter->name;
  }
  return name;
}

bool Encoding::compresses() const {
  return std::any_of(filters_.begin(), filters_.end(), is_compression);
}

Encoding Encoding::without_compression() const {
  Encoding rest;
  std::remove_copy_if(filters_.begin(), filters_.end(), std::back_inserter(rest.filters_),
                      is_compression);
  return rest;
}

std::uint64_t Encoding::max_growth(std::uint64_t size_bytes) const {
  std::uint64_t grown = size_bytes;
  for (const codec::FilterType* const filter : filters_) grown += filter->max_growth(grown);
  return grown - size_bytes;
}

}  // namespace healthmetric::payload
