#pragma once

#include <string>

#include "sender/model/scan_result.hpp"

namespace healthmetric::select {

/// JSON text, stored as `data.json`. Throws Error{usage} when it is not JSON.
model::ScanResult scan_json(std::string text);

/// What came from standard input, stored as `name`. Throws Error{usage} when that is nothing: what
/// made it failed.
model::ScanResult scan_input(const std::string& name, std::string text);

}  // namespace healthmetric::select
