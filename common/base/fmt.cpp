/// {fmt}, where it is compiled in: its package has no static library, and in each of our files its
/// formatting engine would cost seconds of compiling. The others see its declarations alone, and of
/// what those leave open they need this one function.
#include <fmt/format.h>

namespace healthmetric {
namespace {

using Vformat = std::string(fmt::string_view, fmt::format_args);
[[gnu::used]] Vformat* const kCompiledIn = fmt::vformat;  // NOLINT: a function has no const

}  // namespace
}  // namespace healthmetric
