#pragma once

#include <filesystem>
#include <functional>

#include "common/base/stream.hpp"

namespace healthmetric::receiver {

/// What --output takes for standard output.
inline constexpr const char* kStandardOutput = "-";

/// Hands a sink to `write` and puts what it takes into the file `output`, which appears, or is
/// replaced, when it is complete and durable; a new one has mode 0600, another one keeps its mode.
/// For kStandardOutput it is printed. Throws Error{io} if something other than a regular file is at
/// `output`, and what `write` throws; then nothing has changed.
void write_output(const std::filesystem::path& output,
                  const std::function<void(Sink& sink)>& write);

}  // namespace healthmetric::receiver
