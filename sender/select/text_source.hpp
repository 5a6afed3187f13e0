#pragma once

#include <string>

#include "sender/model/scan_result.hpp"

namespace healthmetric::select {

/// JSON text, stored as `data.json`. Throws Error{usage} if it is not JSON.
model::ScanResult scan_json(std::string text);

/// The content of standard input, stored as `name`. Throws Error{usage} if it is empty: the program
/// that wrote it probably failed.
model::ScanResult scan_input(const std::string& name, std::string text);

}  // namespace healthmetric::select
