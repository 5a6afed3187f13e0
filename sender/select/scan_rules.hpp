#pragma once

#include "sender/select/path_patterns.hpp"

namespace healthmetric::select {

enum class Types { supported, all };
enum class Hidden { leave_out, send };
enum class Subfolders { send, leave_out };

/// What of a folder goes into a batch.
struct ScanRules {
  Types types = Types::supported;
  Hidden hidden = Hidden::leave_out;
  Subfolders subfolders = Subfolders::send;
  PathPatterns patterns;
};

}  // namespace healthmetric::select
