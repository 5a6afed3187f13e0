#pragma once

/// `fmt::format` for the whole project. GCC 12 has no <format>; spdlog brings {fmt}, whose
/// interface is the standard's.
#include <spdlog/fmt/fmt.h>
