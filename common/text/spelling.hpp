#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace healthmetric::text {

/// The one of `known` that `word` was probably meant to be: the nearest by letters added, left out,
/// replaced or swapped, one that goes on with it, or one that it goes on with. "" when none is
/// near. `word` may be as long as it likes: beyond 64 bytes nothing is near.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

/// ": did you mean --folder?" with `sign` "--"; "" when none of `known` is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known,
                         std::string_view sign = "");

/// "a, b or c", with `conjunction` "or".
std::string listed(const std::vector<std::string>& words, std::string_view conjunction);

}  // namespace healthmetric::text
