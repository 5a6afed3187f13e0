#include "common/platform/arguments.hpp"

namespace healthmetric::platform {

Arguments::Arguments(int count, const char* const* values) : pointers_(values, values + count) {}

}  // namespace healthmetric::platform
