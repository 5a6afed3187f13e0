#pragma once

#include "common/patterns/path_patterns.hpp"

namespace healthmetric::select {

enum class Types { supported, all };
enum class Hidden { skip, send };
enum class Subfolders { send, skip };

/// Which files of a folder are sent.
struct ScanRules {
  Types types = Types::supported;
  Hidden hidden = Hidden::skip;
  Subfolders subfolders = Subfolders::send;
  patterns::PathPatterns patterns;
};

}  // namespace healthmetric::select
