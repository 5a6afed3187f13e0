#include "common/text/json.hpp"

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::text {
namespace {

constexpr int kMaxDepth = 64;

}  // namespace

Json parse_json(std::string_view text, std::string_view name) {
  try {
    return Json::parse(text, [&](int depth, Json::parse_event_t, Json&) {
      if (depth > kMaxDepth) {
        throw Error(ErrorCode::bad_payload, printable(name) + " is nested too deeply");
      }
      return true;
    });
  } catch (const Json::out_of_range&) {
    throw Error(ErrorCode::bad_payload, printable(name) + " has a number that is too large");
  } catch (const Json::parse_error& error) {
    throw Error(ErrorCode::bad_payload,
                fmt::format("{} is not valid JSON: error at byte {}", printable(name), error.byte));
  }
}

std::string to_text(const Json& json) {
  std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  // Only a string can hold it; common/base/printable says whom it would command.
  constexpr std::string_view kCommand = "##[";
  for (std::size_t at = text.find(kCommand); at != std::string::npos; at = text.find(kCommand)) {
    text.replace(at + 2, 1, "\\u005b");
  }
  return text;
}

std::string to_pretty_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string string_member(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto member = object.find(key);
  return member != object.end() && member->is_string() ? member->get<std::string>() : "";
}

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && text[plain] != '"' && text[plain] != '\\' &&
           static_cast<unsigned char>(text[plain]) >= 0x20) {
      ++plain;
    }
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    }
  }
  out += '"';
}

}  // namespace healthmetric::text
