#include "receiver/page/columns.hpp"

#include <algorithm>

namespace healthmetric::page {

void DigestColumn::add(std::string_view digest) {
  const std::string_view digits = digest.substr(0, kDigits);
  const bool is_digest =
      digits.size() == kDigits && std::all_of(digits.begin(), digits.end(), [](char c) {
        return ('0' <= c && c <= '9') || ('a' <= c && c <= 'f');
      });
  text_ += is_digest ? digits : "????????";
}

}  // namespace healthmetric::page
