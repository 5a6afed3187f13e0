#include "common/payload/batch.hpp"

namespace healthmetric::payload {

std::string default_batch_name(std::string_view source) {
  constexpr std::string_view kSeparators = "/\\";
  const std::size_t end = source.find_last_not_of(kSeparators);
  if (end == std::string_view::npos) return "data";
  source = source.substr(0, end + 1);
  const std::size_t slash = source.find_last_of(kSeparators);
  return std::string(slash == std::string_view::npos ? source : source.substr(slash + 1));
}

}  // namespace healthmetric::payload
