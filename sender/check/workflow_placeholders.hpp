#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace healthmetric::check {

/// A `uses:` that was copied from our documents as it stands there.
struct Placeholder {
  std::size_t line = 0;  ///< of the file, from 1
  std::string text;      ///< "OWNER/REPOSITORY/.github/actions/setup-receiver@COMMIT"
};

/// The first `uses:` of a workflow file that still has OWNER/REPOSITORY or @COMMIT in it.
std::optional<Placeholder> find_placeholder(std::string_view workflow);

}  // namespace healthmetric::check
