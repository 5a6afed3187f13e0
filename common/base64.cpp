#include "common/base64.hpp"

#include <modp_b64.h>

#include <algorithm>

namespace healthmetric::base64 {
namespace {

constexpr auto kFailed = static_cast<std::size_t>(-1);

/// The library wants room for a terminating NUL, which is cut off again.
void append_encoded(std::string_view bytes, std::string& out) {
  if (bytes.empty()) return;
  const std::size_t before = out.size();
  out.resize(before + encoded_size(bytes.size()) + 1);
  modp_b64_encode(out.data() + before, bytes.data(), bytes.size());
  out.pop_back();
}

/// Whether the last character before the padding has zero bits where no byte takes them
/// (RFC 4648, section 3.5); the library does not ask.
bool is_canonical(std::string_view last_group) {
  if (last_group[2] == '=')
    return std::string_view("AQgw").find(last_group[1]) != std::string_view::npos;
  return std::string_view("AEIMQUYcgkosw048").find(last_group[2]) != std::string_view::npos;
}

/// Appends the bytes of whole groups; false, and `out` as it was, when they are broken.
bool append_decoded(std::string_view groups, std::string& out) {
  if (groups.empty()) return true;
  if (groups.back() == '=' && !is_canonical(groups.substr(groups.size() - 4))) return false;
  const std::size_t before = out.size();
  out.resize(before + groups.size() / 4 * 3 + 2);
  const std::size_t count = modp_b64_decode(out.data() + before, groups.data(), groups.size());
  out.resize(count == kFailed ? before : before + count);
  return count != kFailed;
}

}  // namespace

void Encoder::encode(std::string_view bytes, std::string& out) {
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

void Encoder::finish(std::string& out) {
  append_encoded(carry_, out);
  carry_.clear();
}

bool Decoder::decode(std::string_view text, std::string& out) {
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
    out.resize(before);
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
  std::string out;
  append_encoded(bytes, out);
  return out;
}

}  // namespace healthmetric::base64
