#pragma once

#include <string>

#include "common/select/scan_result.hpp"

namespace healthmetric::select {

/// JSON text, stored as `data.json`. Throws Error{usage} if it is not JSON.
ScanResult scan_json(std::string text);

/// The content of standard input, stored as `name`. Throws Error{usage} if it is empty: the program
/// that wrote it probably failed.
ScanResult scan_input(const std::string& name, std::string text);

}  // namespace healthmetric::select
