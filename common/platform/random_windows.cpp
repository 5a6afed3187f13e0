#include "common/platform/system_calls.hpp"
#include "common/platform/windows.hpp"

// After windows.h, whose types it takes for granted.
#include <bcrypt.h>

namespace healthmetric::platform {

std::error_code fill_randomly(std::span<char> bytes) {
  const NTSTATUS status =
      ::BCryptGenRandom(nullptr, reinterpret_cast<PUCHAR>(bytes.data()),
                        static_cast<ULONG>(bytes.size()), BCRYPT_USE_SYSTEM_PREFERRED_RNG);
  return status == 0 ? std::error_code() : system_error(ERROR_GEN_FAILURE);
}

}  // namespace healthmetric::platform
