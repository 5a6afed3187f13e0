#pragma once

#include <string>

#include "sender/select/folder_scan.hpp"

namespace healthmetric::select {

/// JSON text, stored as `data.json`. Throws Error{usage} when it is no JSON.
ScanResult scan_json(std::string text);

/// What came from standard input, stored as `name`. Throws Error{usage} when that is nothing: what
/// made it failed.
ScanResult scan_input(const std::string& name, std::string text);

}  // namespace healthmetric::select
