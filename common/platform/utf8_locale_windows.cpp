#include "common/platform/utf8_locale.hpp"

namespace healthmetric::platform {

// What is read from the console comes in UTF-16, and becomes UTF-8 here: no locale is asked.
Utf8Characters::Utf8Characters() = default;

Utf8Characters::~Utf8Characters() = default;

}  // namespace healthmetric::platform
