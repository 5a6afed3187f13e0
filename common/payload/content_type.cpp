#include "common/payload/content_type.hpp"

#include <algorithm>
#include <array>

#include "common/base/ascii.hpp"
#include "common/payload/relative_path.hpp"

namespace healthmetric::payload {
namespace {

constexpr std::string_view kBinary = "application/octet-stream";
constexpr std::string_view kPlainText = "text/plain";

struct Extension {
  std::string_view name;
  std::string_view type;
  bool supported;
};

constexpr std::array kExtensions = {
    Extension{".json", "application/json", true}, Extension{".csv", "text/csv", true},
    Extension{".txt", kPlainText, true},          Extension{".xml", "application/xml", true},
    Extension{".svg", "image/svg+xml", true},     Extension{".jpg", "image/jpeg", true},
    Extension{".jpeg", "image/jpeg", true},       Extension{".png", "image/png", true},
    Extension{".gif", "image/gif", true},         Extension{".bmp", "image/bmp", true},
    Extension{".webp", "image/webp", true},       Extension{".pdf", "application/pdf", false},
    Extension{".zip", "application/zip", false},  Extension{".gz", "application/gzip", false},
};

struct Signature {
  std::string_view type;
  std::string_view start;
  std::size_t second_offset = 0;
  std::string_view second = {};
};

using namespace std::string_view_literals;

constexpr std::array kSignatures = {
    Signature{"image/png", "\x89PNG\r\n\x1a\n"sv},
    Signature{"image/jpeg", "\xFF\xD8\xFF"sv},
    Signature{"image/gif", "GIF87a"sv},
    Signature{"image/gif", "GIF89a"sv},
    Signature{"image/bmp", "BM"sv, 6, "\0\0\0\0"sv},
    Signature{"image/webp", "RIFF"sv, 8, "WEBP"sv},
    Signature{"application/pdf", "%PDF-"sv},
    Signature{"application/zip", "PK\x03\x04"sv},
    Signature{"application/gzip", "\x1F\x8B\x08"sv},
};

bool matches(const Signature& signature, std::string_view bytes) {
  return bytes.starts_with(signature.start) &&
         (signature.second.empty() ||
          (bytes.size() >= signature.second_offset &&
           bytes.substr(signature.second_offset).starts_with(signature.second)));
}

/// Bytes no text file has (WHATWG "MIME Sniffing", "binary data byte"), NUL among them.
bool is_binary_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x08 || byte == 0x0B || (byte >= 0x0E && byte <= 0x1A) ||
         (byte >= 0x1C && byte <= 0x1F);
}

/// UTF-16 text is full of NUL bytes, so its byte order mark decides.
bool is_text(std::string_view bytes) {
  return bytes.starts_with("\xFF\xFE"sv) || bytes.starts_with("\xFE\xFF"sv) ||
         std::none_of(bytes.begin(), bytes.end(), is_binary_byte);
}

const Extension* find_extension(std::string_view extension) {
  const std::string lower = ascii_lower(extension);
  const auto* found = std::find_if(kExtensions.begin(), kExtensions.end(),
                                   [&](const Extension& known) { return known.name == lower; });
  return found == kExtensions.end() ? nullptr : found;
}

/// The type the bytes alone tell.
std::string_view sniff(std::string_view bytes) {
  const auto* found =
      std::find_if(kSignatures.begin(), kSignatures.end(),
                   [&](const Signature& signature) { return matches(signature, bytes); });
  if (found != kSignatures.end()) return found->type;
  if (!is_text(bytes)) return kBinary;
  const std::size_t begin = std::min(bytes.find_first_not_of("\xEF\xBB\xBF \t\r\n"), bytes.size());
  const std::string_view text = bytes.substr(begin);
  if (text.starts_with("<svg")) return "image/svg+xml";
  if (text.starts_with("<?xml")) {
    return text.find("<svg") == std::string_view::npos ? "application/xml" : "image/svg+xml";
  }
  if (text.starts_with('{') || text.starts_with('[')) return "application/json";
  return kPlainText;
}

bool has_signature(std::string_view type) {
  return std::any_of(kSignatures.begin(), kSignatures.end(),
                     [&](const Signature& signature) { return signature.type == type; });
}

bool agrees(std::string_view type, std::string_view bytes) {
  if (bytes.empty()) return true;
  const std::string_view sniffed = sniff(bytes);
  if (has_signature(type)) return sniffed == type;
  return sniffed != kBinary && !has_signature(sniffed);
}

}  // namespace

bool is_supported_extension(std::string_view extension) {
  const Extension* known = find_extension(extension);
  return known != nullptr && known->supported;
}

ContentType content_type(std::string_view extension, std::string_view leading_bytes) {
  const Extension* known = find_extension(extension);
  if (known != nullptr && agrees(known->type, leading_bytes)) return {known->type, true};
  return {leading_bytes.empty() ? kBinary : sniff(leading_bytes), known == nullptr};
}

}  // namespace healthmetric::payload
