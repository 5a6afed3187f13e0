#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

/// Small JSON documents (answers, receipts, reports). Payloads never pass through here: they are
/// as large as a batch, and common/text/json_scanner streams them.

namespace healthmetric::text {

/// Keeps the order in which keys were put in.
using Json = nlohmann::ordered_json;

/// `text` as JSON, nothing behind it. Throws Error{bad_payload} that begins with `name` and says
/// where it breaks, also when it is nested more than 64 levels deep.
Json parse_json(std::string_view text, std::string_view name);

/// The document in one line that a log may show. Bytes that are not UTF-8 become U+FFFD, so it
/// cannot fail.
std::string to_text(const Json& json);

/// The same, indented by two spaces, with a line feed at the end.
std::string to_pretty_text(const Json& json);

/// A member of an object when it is there and is a string; "" otherwise.
std::string string_member(const Json& object, const char* key);

/// Appends `text`, which must be UTF-8, as a JSON string with its quotes.
void append_json_string(std::string_view text, std::string& out);

}  // namespace healthmetric::text
