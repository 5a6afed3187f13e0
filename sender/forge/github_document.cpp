#include "sender/forge/github_document.hpp"

#include <algorithm>

#include "common/base/error.hpp"
#include "common/codec/base64.hpp"
#include "common/text/json_scanner.hpp"

namespace healthmetric::forge {
namespace {

constexpr text::JsonScanner::Bounds kBounds{16, 10'000, std::size_t{64} * 1024};

/// Brings the scanner to the value of a key of the outermost object; false when it has none.
bool find_member(text::JsonScanner& document, std::string_view wanted) {
  document.begin_object();
  std::string key;
  while (document.next_key(key)) {
    if (key == wanted) return true;
    document.skip_value();
  }
  return false;
}

/// The bytes of a string in base64, up to where it breaks off. GitHub's has line ends in it.
std::string decode_string(text::JsonScanner& document) {
  base64::Decoder decoder;
  ByteBuffer bytes;
  try {
    document.begin_string();
    for (std::string_view run = document.string_run(); !run.empty(); run = document.string_run()) {
      std::string text(run);
      std::erase(text, '\n');
      if (!decoder.decode(text, bytes)) break;
    }
  } catch (const Error&) {
    // Cut off: what came before is the beginning of the file.
  }
  return std::string(bytes.view());
}

}  // namespace

std::string blob_id_in(std::string_view document) {
  TextSource source(document);
  text::JsonScanner scanner(source, kBounds);
  if (scanner.peek_value() == '[') return {};
  return find_member(scanner, "sha") ? scanner.string() : "";
}

std::vector<std::string> names_in(std::string_view document) {
  TextSource source(document);
  text::JsonScanner scanner(source, kBounds);
  std::vector<std::string> names;
  if (scanner.peek_value() == '{' && find_member(scanner, "sha")) {
    scanner.string();
    return names;
  }
  scanner.begin_array();
  std::string key;
  while (scanner.next_element()) {
    const std::size_t known = names.size();
    scanner.begin_object();
    while (scanner.next_key(key)) {
      if (key == "name") {
        names.push_back(scanner.string());
      } else {
        scanner.skip_value();
      }
    }
    if (names.size() == known) scanner.fail("an entry without a name");
  }
  return names;
}

std::optional<std::string> content_in(std::string_view document) {
  TextSource source(document);
  text::JsonScanner scanner(source, kBounds);
  try {
    if (scanner.peek_value() != '{' || !find_member(scanner, "content")) return {};
    if (scanner.peek_value() != '"') return {};
  } catch (const Error&) {
    return {};
  }
  return decode_string(scanner);
}

}  // namespace healthmetric::forge
