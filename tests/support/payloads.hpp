#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/codec/base64.hpp"
#include "common/codec/digest.hpp"
#include "common/payload/batch.hpp"
#include "common/payload/reader.hpp"
#include "common/text/json.hpp"
#include "tests/support/catch.hpp"

/// Payloads written out member by member, as docs/payload-format.md has them, and not by the
/// product's writer: so they can also say what no sender would.

namespace healthmetric {

/// The SHA-256 of a text, in hexadecimal.
inline std::string sha256_text(std::string_view bytes) {
  codec::Sha256 digest;
  digest.update(bytes);
  return digest.finish_hex();
}

/// `text` with the first `from` in it replaced; it must be there.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// One entry of a payload. `chunk` is the JSON of that member; empty: none.
struct SampleFile {
  std::string path;
  std::string bytes;
  std::string chunk = {};
};

/// A payload of version 2.
struct SamplePayload {
  std::vector<SampleFile> files;
  std::string batch_id = "20240115T103000Z-a-00000001";
  std::string batch_name = "a";
  std::string timestamp = "2024-01-15T10:30:00Z";
  std::string source = "/data";
  std::string part = R"({"index":1,"last":true})";

  [[nodiscard]] std::string files_json() const {
    std::string text;
    for (const SampleFile& file : files) {
      const text::Json name = file.path;
      text += text.empty() ? "" : ",";
      text += text::to_text(name) + R"(:{"relative_path":)" + text::to_text(name) + R"(,"size":)" +
              std::to_string(file.bytes.size()) + R"(,"sha256":")" + sha256_text(file.bytes) +
              R"(","content":")" + base64::encode(file.bytes) + "\"" +
              (file.chunk.empty() ? "" : R"(,"chunk":)" + file.chunk) + "}";
    }
    return "{" + text + "}";
  }

  [[nodiscard]] std::string metadata_json() const {
    text::Json json;
    json["schema_version"] = 2;
    json["batch_id"] = batch_id;
    json["batch_name"] = batch_name;
    json["timestamp"] = timestamp;
    json["source_folder"] = source;
    json["part"] = text::parse_json(part, "part");
    json["total_files"] = files.size();
    std::uint64_t size = 0;
    text::Json list = text::Json::array();
    for (const SampleFile& file : files) {
      size += file.bytes.size();
      list.push_back({{"filename", file.path.substr(file.path.rfind('/') + 1)},
                      {"relative_path", file.path},
                      {"size", file.bytes.size()}});
    }
    json["total_size"] = size;
    json["files"] = list;
    return text::to_text(json);
  }

  /// `files` in front, or behind.
  [[nodiscard]] std::string str() const {
    return R"({"files":)" + files_json() + R"(,"batch_metadata":)" + metadata_json() + "}";
  }
  [[nodiscard]] std::string metadata_first() const {
    return R"({"batch_metadata":)" + metadata_json() + R"(,"files":)" + files_json() + "}";
  }
};

/// Remembers what it is told.
class PayloadRecorder final : public payload::PayloadSink {
 public:
  void begin_content(const payload::RelativePath& path,
                     std::optional<std::uint64_t> size_bytes) override {
    paths.emplace_back(path.str());
    known_sizes.push_back(size_bytes);
    contents.emplace_back();
  }
  void content(std::string_view bytes) override { contents.back() += bytes; }
  void end_entry(const payload::FileEntry& entry) override { entries.push_back(entry); }

  std::vector<std::string> paths;
  std::vector<std::optional<std::uint64_t>> known_sizes;
  std::vector<std::string> contents;
  std::vector<payload::FileEntry> entries;
};

}  // namespace healthmetric
