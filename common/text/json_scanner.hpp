#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/stream.hpp"

namespace healthmetric::text {

/// Reads one JSON document from front to back, in memory that does not grow with it.
///
/// The caller asks for what it expects next; anything else throws Error{bad_payload} with the byte
/// offset. Strict (RFC 8259): UTF-8 with an optional byte order mark, no key twice in an object,
/// nothing behind the document. A pull interface, because the caller then reads like the format;
/// nlohmann's SAX reader would hold each string whole, and contents are as large as files.
class JsonScanner {
 public:
  struct Bounds {
    std::size_t max_depth;         ///< of nested objects and arrays
    std::uint64_t max_keys;        ///< in all objects that are open at one time
    std::size_t max_string_bytes;  ///< of keys and of what string() returns
  };

  /// Bytes of the source that are in memory at a time. Few will do for a small document, of which
  /// there may be a hundred thousand.
  enum class Buffer : std::size_t {
    small = std::size_t{16} * 1024,
    large = std::size_t{256} * 1024,  ///< in the second-level cache, with what is decoded from it
  };

  JsonScanner(Source& source, Bounds bounds, Buffer buffer = Buffer::large);

  /// The first character of the next value: { [ " or one of a number or a literal.
  char peek_value();

  void begin_object();
  /// The next key of the innermost object, with the scanner at its value; false at its end.
  bool next_key(std::string& key);

  void begin_array();
  /// True with the scanner at the next element of the innermost array; false at its end.
  bool next_element();

  std::string string();
  /// A non-negative integer without fraction or exponent that fits 64 bits.
  std::uint64_t unsigned_integer();
  bool boolean();
  /// Reads `null` if that is next.
  bool consume_null();
  void skip_value();

  /// A string of any length, in runs: begin_string(), then string_run() until it is empty, which
  /// also reads the closing quote. Runs are unescaped but not checked for UTF-8 or control
  /// characters: the one caller decodes base64. A run is valid until the next call.
  void begin_string();
  std::string_view string_run();
  /// The rest of that string, still to be read with string_run(), when its end fits the buffer and
  /// it has no escapes; in a large one always so for strings of up to 200 KiB without escapes.
  std::optional<std::string_view> string_rest();

  /// Nothing but white space may follow.
  void expect_end();

  /// Bytes read so far.
  [[nodiscard]] std::uint64_t offset() const { return buffer_offset_ + position_; }

  [[noreturn]] void fail(std::string_view what) const { fail_at(what, offset()); }
  [[noreturn]] static void fail_at(std::string_view what, std::uint64_t offset);

 private:
  struct Key {
    std::uint64_t hash;
    std::uint64_t offset;
  };
  struct Level {
    char closing;
    bool empty;
    std::size_t first_key;  ///< where its keys begin in keys_
  };

  bool fill();
  int peek();
  int peek_after_white_space();
  void expect(char wanted);
  void expect_literal(std::string_view literal);
  void open(char opening, char closing);
  bool advance(char closing);
  void close_level();
  void remember_key(std::string_view key, std::uint64_t offset);
  bool append_string_piece(std::string& out);
  std::string_view take_plain();
  void skip_string();
  void read_escape(std::string& out);
  char32_t read_code_unit();
  void skip_number();

  Source& source_;
  Bounds bounds_;
  std::string buffer_;
  std::size_t position_ = 0;
  std::size_t end_ = 0;
  std::uint64_t buffer_offset_ = 0;
  std::vector<Level> levels_;
  std::vector<Key> keys_;
  std::string gathered_;  ///< what string_run() returns where there are escapes
};

}  // namespace healthmetric::text
