#include "common/platform/utf8_locale.hpp"

#include <locale.h>  // NOLINT(modernize-deprecated-headers): locale_t is POSIX

#if defined(__APPLE__)
#include <xlocale.h>
#endif

namespace healthmetric::platform {
namespace {

/// Made once, and kept until the end; null on a system that does not have it.
locale_t utf8_locale() {
  static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

}  // namespace

Utf8Characters::Utf8Characters() {
  if (const locale_t locale = utf8_locale(); locale != nullptr) before_ = ::uselocale(locale);
}

Utf8Characters::~Utf8Characters() {
  if (before_ != nullptr) ::uselocale(static_cast<locale_t>(before_));
}

}  // namespace healthmetric::platform
