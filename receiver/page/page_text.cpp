#include "receiver/page/page_text.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/codec/base64.hpp"
#include "common/codec/digest.hpp"

namespace healthmetric::page {
namespace {

/// The bytes that hexadecimal digits stand for.
std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(at, 2)), nullptr, 16));
  }
  return bytes;
}

/// A source of a policy that allows an element with exactly this text (CSP Level 3, 2.3.1).
std::string source_of(std::string_view text) {
  codec::Sha256 digest;
  digest.update(text);
  return "'sha256-" + base64::encode(bytes_of(digest.finish_hex())) + "'";
}

std::string policy_of(const PageParts& parts) {
  return fmt::format(
      "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
      source_of(parts.style), source_of(parts.script));
}

/// Writes what is before the mark and removes it, with the mark, from `html`.
void write_until(std::string_view mark, std::string_view& html, Sink& out) {
  const std::size_t at = html.find(mark);
  if (at == std::string_view::npos) {
    throw Error(ErrorCode::internal, fmt::format("the page has no {}", mark));
  }
  out.write(html.substr(0, at));
  html.remove_prefix(at + mark.size());
}

/// In JSON a `<` stands in strings alone, where it has another spelling, in which no text can end
/// the element that it is in.
void write_json(std::string_view json, Sink& out) {
  while (!json.empty()) {
    const std::size_t plain = std::min(json.find('<'), json.size());
    out.write(json.substr(0, plain));
    json.remove_prefix(plain);
    if (json.empty()) return;
    out.write("\\u003c");
    json.remove_prefix(1);
  }
}

}  // namespace

void write_page(const PageParts& parts, std::string_view data, Sink& out) {
  std::string_view html = parts.html;
  write_until("@POLICY@", html, out);
  out.write(policy_of(parts));
  write_until("@STYLE@", html, out);
  out.write(parts.style);
  write_until("@DATA@", html, out);
  write_json(data, out);
  write_until("@SCRIPT@", html, out);
  out.write(parts.script);
  out.write(html);
}

}  // namespace healthmetric::page
