#include "common/text/json_scanner.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <tuple>

#include "common/base/format.hpp"
#include "common/base/utf8.hpp"

namespace healthmetric::text {
namespace {

constexpr int kEnd = -1;

/// A run of a string is at least this long where escapes would make it shorter: each costs its
/// reader a call.
constexpr std::size_t kLeastRunBytes = 4096;

constexpr std::size_t kFirstWindowBytes = 64;

/// The length of `text` up to the first quote or backslash. Looks in windows that grow, so that the
/// search costs what it finds and not what is behind: a text may be full of either.
std::size_t plain_length(std::string_view text) {
  std::size_t window = kFirstWindowBytes;
  for (std::size_t begin = 0; begin < text.size(); begin += window, window *= 2) {
    const std::string_view view = text.substr(begin, window);
    std::size_t length = view.size();
    for (const char stop : {'"', '\\'}) {
      if (const void* found = std::memchr(view.data(), stop, length)) {
        length = static_cast<std::size_t>(static_cast<const char*>(found) - view.data());
      }
    }
    if (length < view.size()) return begin + length;
  }
  return text.size();
}

bool is_digit(int c) {
  return c >= '0' && c <= '9';
}

}  // namespace

JsonScanner::JsonScanner(Source& source, Bounds bounds, Buffer buffer)
    : source_(source), bounds_(bounds), buffer_(static_cast<std::size_t>(buffer), '\0') {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  while (end_ < kByteOrderMark.size() && fill()) {
  }
  if (std::string_view(buffer_.data(), end_).starts_with(kByteOrderMark)) {
    position_ = kByteOrderMark.size();
  }
}

void JsonScanner::fail_at(std::string_view what, std::uint64_t offset) {
  throw Error(ErrorCode::bad_payload, fmt::format("{} at byte {}", what, offset));
}

/// Moves what is unread to the front and reads behind it; false when nothing came.
bool JsonScanner::fill() {
  std::memmove(buffer_.data(), buffer_.data() + position_, end_ - position_);
  buffer_offset_ += position_;
  end_ -= position_;
  position_ = 0;
  if (end_ == buffer_.size()) return false;
  const std::size_t count =
      source_.read(std::span<char>(buffer_.data() + end_, buffer_.size() - end_));
  end_ += count;
  return count > 0;
}

int JsonScanner::peek() {
  if (position_ == end_ && !fill()) return kEnd;
  return static_cast<unsigned char>(buffer_[position_]);
}

int JsonScanner::peek_after_white_space() {
  while (true) {
    const int c = peek();
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return c;
    ++position_;
  }
}

void JsonScanner::expect(char wanted) {
  const int c = peek_after_white_space();
  if (c == kEnd) fail("the JSON is cut off");
  if (c != wanted) fail(fmt::format("expected '{}'", wanted));
  ++position_;
}

char JsonScanner::peek_value() {
  const int c = peek_after_white_space();
  if (c == kEnd) fail("the JSON is cut off");
  return static_cast<char>(c);
}

void JsonScanner::open(char opening, char closing) {
  expect(opening);
  if (levels_.size() == bounds_.max_depth) {
    fail(fmt::format("the JSON is nested more than {} levels deep", bounds_.max_depth));
  }
  levels_.push_back({closing, true, keys_.size()});
}

void JsonScanner::begin_object() {
  open('{', '}');
}

void JsonScanner::begin_array() {
  open('[', ']');
}

/// Goes to the next member of the innermost level; false when the level closes.
bool JsonScanner::advance(char closing) {
  if (peek_after_white_space() == closing) {
    ++position_;
    close_level();
    return false;
  }
  if (!levels_.back().empty) expect(',');
  levels_.back().empty = false;
  return true;
}

bool JsonScanner::next_element() {
  return advance(']');
}

bool JsonScanner::next_key(std::string& key) {
  if (!advance('}')) return false;
  peek_after_white_space();
  const std::uint64_t key_offset = offset();
  key = string();
  remember_key(key, key_offset);
  expect(':');
  return true;
}

void JsonScanner::remember_key(std::string_view key, std::uint64_t offset) {
  if (keys_.size() >= bounds_.max_keys) {
    throw Error(ErrorCode::too_large,
                fmt::format("more than {} keys at byte {}", bounds_.max_keys, offset));
  }
  keys_.push_back({std::hash<std::string_view>()(key), offset});
}

/// Keys are compared by a 64-bit hash, and only when their object ends: sorting costs the same
/// for any input, where a hash table can be fed keys that collide. Equal keys have equal hashes,
/// so none is missed; two others sharing a hash by chance is a matter of 1 in 10^9 batches.
void JsonScanner::close_level() {
  const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(levels_.back().first_key);
  std::sort(begin, keys_.end(), [](const Key& a, const Key& b) {
    return std::tie(a.hash, a.offset) < std::tie(b.hash, b.offset);
  });
  const auto twice = std::adjacent_find(
      begin, keys_.end(), [](const Key& a, const Key& b) { return a.hash == b.hash; });
  if (twice != keys_.end()) fail_at("a duplicate key", std::next(twice)->offset);
  keys_.erase(begin, keys_.end());
  levels_.pop_back();
}

std::string JsonScanner::string() {
  begin_string();
  const std::uint64_t begin = offset();
  std::string text;
  bool more = true;
  while (more) {
    more = append_string_piece(text);
    if (text.size() > bounds_.max_string_bytes) {
      fail(fmt::format("a string of more than {} bytes", bounds_.max_string_bytes));
    }
  }
  if (!is_utf8(text)) fail_at("invalid UTF-8", begin);
  return text;
}

/// Checks the text as string() does, and keeps no more of it than a character cut in two.
void JsonScanner::skip_string() {
  begin_string();
  const std::uint64_t begin = offset();
  std::string pending;
  bool more = true;
  while (more) {
    more = append_string_piece(pending);
    pending.erase(0, utf8_valid_length(pending));
    if (pending.size() >= kMaxUtf8SequenceLength) break;
  }
  if (!pending.empty()) fail_at("invalid UTF-8", begin);
}

/// Appends what the buffer has of the string, or one escape; false after the closing quote.
bool JsonScanner::append_string_piece(std::string& out) {
  if (peek() == kEnd) fail("the JSON is cut off");
  std::size_t plain = position_;
  while (plain < end_ && buffer_[plain] != '"' && buffer_[plain] != '\\' &&
         static_cast<unsigned char>(buffer_[plain]) >= 0x20) {
    ++plain;
  }
  out.append(buffer_, position_, plain - position_);
  position_ = plain;
  if (plain == end_) return true;
  if (buffer_[plain] != '"' && buffer_[plain] != '\\') fail("a control character in a string");
  ++position_;
  if (buffer_[plain] == '"') return false;
  read_escape(out);
  return true;
}

void JsonScanner::read_escape(std::string& out) {
  const int c = peek();
  if (c == kEnd) fail("the JSON is cut off");
  ++position_;
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (const std::size_t at = kNames.find(static_cast<char>(c)); at != std::string_view::npos) {
    out += kMeanings[at];
    return;
  }
  if (c != 'u') fail("an unknown escape in a string");
  char32_t point = read_code_unit();
  if (point >= 0xD800 && point < 0xDC00) {
    if (peek() != '\\') fail("an unpaired surrogate in a string");
    ++position_;
    if (peek() != 'u') fail("an unpaired surrogate in a string");
    ++position_;
    const char32_t low = read_code_unit();
    if (low < 0xDC00 || low > 0xDFFF) fail("an unpaired surrogate in a string");
    point = 0x10000 + ((point - 0xD800) << 10U) + (low - 0xDC00);
  } else if (point >= 0xDC00 && point <= 0xDFFF) {
    fail("an unpaired surrogate in a string");
  }
  append_utf8(point, out);
}

char32_t JsonScanner::read_code_unit() {
  char32_t unit = 0;
  for (int i = 0; i < 4; ++i) {
    const int c = peek();
    const int lower = c | 0x20;
    const bool is_letter = lower >= 'a' && lower <= 'f';
    if (!is_digit(c) && !is_letter) fail("an invalid \\u escape in a string");
    unit = unit * 16 + static_cast<char32_t>(is_letter ? lower - 'a' + 10 : c - '0');
    ++position_;
  }
  return unit;
}

void JsonScanner::begin_string() {
  expect('"');
}

/// The characters before the next quote, backslash or end of the buffer.
std::string_view JsonScanner::take_plain() {
  if (peek() == kEnd) fail("the JSON is cut off");
  std::string_view rest(buffer_.data() + position_, end_ - position_);
  rest = rest.substr(0, plain_length(rest));
  position_ += rest.size();
  return rest;
}

std::string_view JsonScanner::string_run() {
  const std::string_view plain = take_plain();
  const bool ends_here = position_ < end_ && buffer_[position_] == '"';
  if (!plain.empty() && (ends_here || plain.size() >= kLeastRunBytes)) return plain;
  gathered_ = plain;
  while (gathered_.size() < kLeastRunBytes && peek() != '"') {
    if (peek() == '\\') {
      ++position_;
      read_escape(gathered_);
    } else {
      gathered_ += take_plain();
    }
  }
  if (gathered_.empty()) ++position_;  // the closing quote
  return gathered_;
}

std::optional<std::string_view> JsonScanner::string_rest() {
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::string_view rest(buffer_.data() + position_, end_ - position_);
    if (const std::size_t end = rest.find('"'); end != std::string_view::npos) {
      rest = rest.substr(0, end);
      if (rest.find('\\') != std::string_view::npos) return {};
      return rest;
    }
    while (fill()) {
    }
  }
  return {};
}

std::uint64_t JsonScanner::unsigned_integer() {
  if (!is_digit(peek_value())) fail("expected a non-negative integer");
  const bool leading_zero = peek() == '0';
  std::uint64_t value = 0;
  std::size_t digits = 0;
  for (int c = peek(); is_digit(c); c = peek()) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (UINT64_MAX - digit) / 10) fail("a number too large");
    value = value * 10 + digit;
    ++digits;
    ++position_;
  }
  const int next = peek();
  if ((leading_zero && digits > 1) || next == '.' || next == 'e' || next == 'E') {
    fail("expected a non-negative integer");
  }
  return value;
}

void JsonScanner::expect_literal(std::string_view literal) {
  for (const char wanted : literal) {
    if (peek() != wanted) fail("expected a JSON value");
    ++position_;
  }
}

bool JsonScanner::boolean() {
  const bool value = peek_value() == 't';
  expect_literal(value ? "true" : "false");
  return value;
}

bool JsonScanner::consume_null() {
  if (peek_value() != 'n') return false;
  expect_literal("null");
  return true;
}

void JsonScanner::skip_number() {
  if (peek() != '-' && !is_digit(peek())) fail("no JSON value");
  const auto skip_digits = [&] {
    if (!is_digit(peek())) fail("an invalid number");
    while (is_digit(peek())) ++position_;
  };
  if (peek() == '-') ++position_;
  if (peek() == '0') {
    ++position_;
  } else {
    skip_digits();
  }
  if (peek() == '.') {
    ++position_;
    skip_digits();
  }
  if (peek() == 'e' || peek() == 'E') {
    ++position_;
    if (peek() == '+' || peek() == '-') ++position_;
    skip_digits();
  }
}

void JsonScanner::skip_value() {
  switch (peek_value()) {
    case '{': {
      begin_object();
      std::string key;
      while (next_key(key)) skip_value();
      return;
    }
    case '[':
      begin_array();
      while (next_element()) skip_value();
      return;
    case '"':
      return skip_string();
    case 't':
      return expect_literal("true");
    case 'f':
      return expect_literal("false");
    case 'n':
      return expect_literal("null");
    default:
      return skip_number();
  }
}

void JsonScanner::expect_end() {
  if (peek_after_white_space() != kEnd) fail("extra data after the end of the JSON");
}

}  // namespace healthmetric::text
