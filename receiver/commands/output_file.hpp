#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string_view>

#include "common/base/stream.hpp"

namespace healthmetric::receiver {

/// What --output takes for standard output.
inline constexpr const char* kStandardOutput = "-";

/// What a command writes with --output.
struct OutputKind {
  std::string_view example;    ///< a name for it, as "page.html"
  std::string_view name = {};  ///< what it is, for messages
  std::string_view mark = {};  ///< is in the first kMarkReach bytes of it; a file without it is
                               ///< somebody's own. Empty: any file may be replaced.
};

/// How far from its beginning a file has the mark.
inline constexpr std::size_t kMarkReach = 1024;

/// Throws Error{io} with the name of a file in it if `output` is a folder, or a link to one.
void refuse_folder(const std::filesystem::path& output, const OutputKind& kind);

/// Hands a sink to `write` and puts what it takes into the file `output`, which appears, or is
/// replaced, when it is complete and durable; a new one has mode 0600, another one keeps its mode.
/// For kStandardOutput it is printed. Throws Error{io} if something other than a regular file is at
/// `output`, or a file that is neither empty nor of that kind, and what `write` throws; then
/// nothing has changed.
void write_output(const std::filesystem::path& output, const OutputKind& kind,
                  const std::function<void(Sink& sink)>& write);

}  // namespace healthmetric::receiver
