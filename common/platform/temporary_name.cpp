#include "common/platform/temporary_name.hpp"

#include <string>

#include "common/base/utf8.hpp"
#include "common/platform/file.hpp"

namespace healthmetric::platform {
namespace {

constexpr std::string_view kInfix = ".tmp-";
constexpr std::size_t kRandomDigits = 8;

/// An encrypted folder of eCryptfs takes names of 143 bytes, others take 255.
constexpr std::size_t kMostOfName = 100;

}  // namespace

std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  std::filesystem::path temporary = path;
  temporary.replace_filename(
      std::string(utf8_prefix(name, kMostOfName)).append(kInfix).append(random_hex(kRandomDigits)));
  return temporary;
}

std::string_view name_behind_temporary(std::string_view name) {
  const std::size_t infix = name.rfind(kInfix);
  if (infix == std::string_view::npos) return {};
  const std::string_view digits = name.substr(infix + kInfix.size());
  const bool is_random = digits.size() == kRandomDigits &&
                         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return is_random ? name.substr(0, infix) : std::string_view();
}

}  // namespace healthmetric::platform
