#include "common/text/text_encoding.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/utf8.hpp"

namespace healthmetric::text {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

struct ForeignMark {
  std::string_view bytes;
  std::string_view encoding;
};

/// The longer ones first: UTF-32's begins as UTF-16's does.
constexpr std::array<ForeignMark, 4> kForeignMarks = {{{"\xFF\xFE\0\0"sv, "UTF-32"},
                                                       {"\0\0\xFE\xFF"sv, "UTF-32"},
                                                       {"\xFF\xFE"sv, "UTF-16"},
                                                       {"\xFE\xFF"sv, "UTF-16"}}};

}  // namespace

std::string without_byte_order_mark(std::string text, std::string_view name) {
  for (const ForeignMark& mark : kForeignMarks) {
    if (!text.starts_with(mark.bytes)) continue;
    throw Error(ErrorCode::usage, fmt::format("{} is {}: save it as UTF-8", name, mark.encoding));
  }
  if (text.starts_with(kUtf8Mark)) text.erase(0, kUtf8Mark.size());
  return text;
}

void check_is_utf8(std::string_view text, std::string_view name) {
  const std::size_t valid = utf8_valid_length(text);
  if (valid == text.size()) return;
  throw Error(ErrorCode::usage,
              fmt::format("{}, line {}: not UTF-8: save it as UTF-8", name, line_at(text, valid)));
}

std::size_t line_at(std::string_view text, std::size_t position) {
  const std::string_view before = text.substr(0, position);
  return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

}  // namespace healthmetric::text
