#include "common/codec/base64.hpp"

#include <modp_b64.h>

#include <algorithm>

#include "common/codec/base64_avx2.hpp"

namespace healthmetric::base64 {
namespace {

constexpr auto kFailed = static_cast<std::size_t>(-1);

/// What the library may write behind the bytes.
constexpr std::size_t kDecoderSlackBytes = 2;

void append_encoded(std::string_view bytes, ByteBuffer& out) {
  if (bytes.empty()) return;
  const std::size_t size = out.size() + encoded_size(bytes.size());
  encode_to(bytes, out.extend(encoded_size(bytes.size()) + 1));
  out.cut_to(size);
}

/// Whether the last character before the padding has zero bits where no byte takes them
/// (RFC 4648, section 3.5); the library does not ask.
bool is_canonical(std::string_view last_group) {
  if (last_group[2] == '=')
    return std::string_view("AQgw").find(last_group[1]) != std::string_view::npos;
  return std::string_view("AEIMQUYcgkosw048").find(last_group[2]) != std::string_view::npos;
}

/// Appends the bytes of whole groups; false, and `out` as it was, when they are broken.
bool append_decoded(std::string_view groups, ByteBuffer& out) {
  if (groups.empty()) return true;
  if (groups.back() == '=' && !is_canonical(groups.substr(groups.size() - 4))) return false;
  const std::size_t before = out.size();
  char* const bytes = out.extend(groups.size() / 4 * 3 + kDecoderSlackBytes).data();
  const std::size_t front = decode_front_avx2(groups, bytes);
  const std::size_t front_bytes = front / 4 * 3;
  groups.remove_prefix(front);
  const std::size_t rest = modp_b64_decode(bytes + front_bytes, groups.data(), groups.size());
  out.cut_to(rest == kFailed ? before : before + front_bytes + rest);
  return rest != kFailed;
}

}  // namespace

void Encoder::encode(std::string_view bytes, ByteBuffer& out) {
  if (!carry_.empty()) {
    const std::size_t wanted = std::min(3 - carry_.size(), bytes.size());
    carry_.append(bytes.substr(0, wanted));
    bytes.remove_prefix(wanted);
    if (carry_.size() < 3) return;
    append_encoded(carry_, out);
  }
  const std::size_t whole = bytes.size() / 3 * 3;
  append_encoded(bytes.substr(0, whole), out);
  carry_ = bytes.substr(whole);
}

void Encoder::finish(ByteBuffer& out) {
  append_encoded(carry_, out);
  carry_.clear();
}

bool Decoder::decode(std::string_view text, ByteBuffer& out) {
  if (text.empty()) return true;
  if (padded_) return false;
  std::string first;
  if (!carry_.empty()) {
    const std::size_t wanted = std::min(4 - carry_.size(), text.size());
    first = carry_;
    first.append(text.substr(0, wanted));
    text.remove_prefix(wanted);
    if (first.size() < 4) {
      carry_ = first;
      return true;
    }
    if (first.back() == '=' && !text.empty()) return false;
  }
  const std::size_t before = out.size();
  const std::size_t whole = text.size() / 4 * 4;
  const std::string_view groups = text.substr(0, whole);
  const bool padded = (groups.empty() ? std::string_view(first) : groups).ends_with('=');
  if ((padded && whole < text.size()) || !append_decoded(first, out) ||
      !append_decoded(groups, out)) {
    out.cut_to(before);
    return false;
  }
  padded_ = padded;
  carry_ = text.substr(whole);
  return true;
}

bool Decoder::finish() {
  const bool complete = carry_.empty();
  carry_.clear();
  padded_ = false;
  return complete;
}

std::string encode(std::string_view bytes) {
  std::string text(encoded_size(bytes.size()) + 1, '\0');
  encode_to(bytes, text);
  text.pop_back();
  return text;
}

/// The one character more is for the library, which ends a text with NUL.
void encode_to(std::string_view bytes, std::span<char> text) {
  const std::size_t front = encode_front_avx2(bytes, text.data());
  bytes.remove_prefix(front);
  modp_b64_encode(text.data() + encoded_size(front), bytes.data(), bytes.size());
}

}  // namespace healthmetric::base64
