#pragma once

#include <string_view>

#include "common/base/stream.hpp"

namespace healthmetric::page {

/// The parts of a page, from the files in receiver/page/web.
struct PageParts {
  std::string_view html;  ///< with @POLICY@, @STYLE@, @DATA@ and @SCRIPT@, each once, in this order
  std::string_view style;
  std::string_view script;
};

/// Near the beginning of every page, also of earlier and later versions.
inline constexpr std::string_view kGenerator =
    R"(<meta name="generator" content="healthmetric-receiver)";

/// Those that were built in; the build makes this function of the files.
PageParts built_in_parts();

/// Writes a whole page with `data`, which is JSON. Its Content-Security-Policy allows this style
/// and this script, by their digests, and nothing else: no request, and no script that a name
/// might bring. Throws what `out` throws.
void write_page(const PageParts& parts, std::string_view data, Sink& out);

}  // namespace healthmetric::page
