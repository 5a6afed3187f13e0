#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace healthmetric::payload {

/// How many leading bytes of a file the functions below want to see.
inline constexpr std::size_t kContentTypeProbeBytes = 512;

/// True for the extensions that are sent unless a user asks for all:
/// .json .jpg .jpeg .png .gif .bmp .webp .svg .txt .csv .xml, in any case.
bool is_supported_extension(std::string_view extension);

struct ContentType {
  std::string_view name;  ///< "image/png"
  /// False when the bytes are visibly of another kind than the extension says: an image without its
  /// signature, text with binary in it. Empty files are what they say.
  bool fits_extension;
};

/// The media type of a file, by its extension where the leading bytes agree, else by the bytes:
/// a PNG named "photo.jpg" is "image/png". "application/octet-stream" where neither tells.
/// Signatures: WHATWG "MIME Sniffing", section 6.
ContentType content_type(std::string_view extension, std::string_view leading_bytes);

}  // namespace healthmetric::payload
