#include "common/base/system_error.hpp"

namespace healthmetric {
namespace {

#if defined(_WIN32)
bool is_in_use(const std::error_code& error) {
  constexpr int kSharingViolation = 32;
  constexpr int kLockViolation = 33;
  return error.category() == std::system_category() &&
         (error.value() == kSharingViolation || error.value() == kLockViolation);
}
#else
bool is_in_use(const std::error_code& /*error*/) {
  return false;  // programs do not keep each other out
}
#endif

}  // namespace

std::string reason_of(const std::error_code& error) {
  if (is_in_use(error)) return "in use by another program";
  const std::error_condition general = error.default_error_condition();
  return general.category() == std::generic_category() ? general.message() : error.message();
}

void throw_system_error(const std::string& action, const std::error_code& error) {
  throw Error(ErrorCode::io, action + ": " + reason_of(error));
}

}  // namespace healthmetric
