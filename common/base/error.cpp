#include "common/base/error.hpp"

#include <system_error>

namespace healthmetric {

void throw_system_error(const std::string& action, int error_number) {
  throw Error(ErrorCode::io, action + ": " + std::generic_category().message(error_number));
}

}  // namespace healthmetric
