#include "common/payload/reader.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/codec/base64.hpp"
#include "common/codec/content_filter.hpp"
#include "common/payload/encoding.hpp"
#include "common/payload/entry_pipeline.hpp"
#include "common/payload/metadata_reader.hpp"
#include "common/text/json_scanner.hpp"

namespace healthmetric::payload {
namespace {

/// Keys in open objects beside one for each file.
constexpr std::uint64_t kSpareKeys = 10'000;

[[noreturn]] void reject(const std::string& what) {
  throw Error(ErrorCode::bad_payload, what);
}

text::JsonScanner::Bounds bounds_for(const Limits& limits) {
  return {kMaxPayloadDepth, limits.max_files + kSpareKeys, kMaxTextBytes};
}

/// Counts the bytes of a content and stops at the limits before they go on.
class CountedContent final : public Sink {
 public:
  CountedContent(Budget& budget, EntryPipeline& entries) : budget_(budget), entries_(entries) {}

  void write(std::string_view bytes) override {
    entries_.content().append(bytes);
    take(bytes.size());
  }

  /// The same for what lies in entries.content() already.
  void take(std::size_t size) {
    size_bytes_ += size;
    budget_.check_file_size(size_bytes_);
    budget_.take_bytes(size);
    entries_.pass_on_content();
  }

  /// The size so far; the next content begins.
  std::uint64_t finish() { return std::exchange(size_bytes_, 0); }

 private:
  Budget& budget_;
  EntryPipeline& entries_;
  std::uint64_t size_bytes_ = 0;
};

/// The members of an entry as they come, in any order.
struct RawEntry {
  std::string key;
  std::optional<std::string> relative_path;
  std::optional<RelativePath> path;  ///< as far as it is known when the content begins
  std::optional<std::uint64_t> declared_size;
  std::optional<std::string> declared_sha256;
  std::string content_type;
  std::optional<text::Moment> modified;
  std::optional<Chunk> chunk;
  bool has_content = false;
  std::uint64_t size_bytes = 0;
};

class PayloadParser {
 public:
  PayloadParser(Source& source, Budget& budget, PayloadSink& sink)
      : scanner_(source, bounds_for(budget.limits())),
        budget_(budget),
        pipeline_(sink),
        content_(budget, pipeline_) {}

  BatchMetadata parse() {
    try {
      read_document();
    } catch (...) {
      pipeline_.finish(std::current_exception());
    }
    pipeline_.finish();
    check_totals();
    return std::move(declared_.metadata);
  }

 private:
  void read_document() {
    bool has_files = false;
    bool has_metadata = false;
    std::string key;
    scanner_.begin_object();
    while (scanner_.next_key(key)) {
      if (key == "files") {
        read_files();
        has_files = true;
      } else if (key == "batch_metadata") {
        declared_ = read_metadata(scanner_);
        has_metadata = true;
      } else {
        scanner_.skip_value();
      }
    }
    scanner_.expect_end();
    if (!has_metadata) reject("not a payload: it has no 'batch_metadata'");
    if (!has_files) reject("not a payload: it has no 'files'");
  }

  void read_files() {
    std::string key;
    scanner_.begin_object();
    while (scanner_.next_key(key)) {
      budget_.take_file();
      with_context([&] { return named_entry(key); }, [&] { read_entry(key); });
    }
  }

  void read_entry(const std::string& entry_key) {
    RawEntry raw;
    raw.key = entry_key;
    const std::uint64_t begin = scanner_.offset();
    std::string key;
    scanner_.begin_object();
    while (scanner_.next_key(key)) read_entry_member(key, raw);
    if (!raw.has_content) text::JsonScanner::fail_at("an entry without content", begin);
    finish_entry(raw);
  }

  void read_entry_member(const std::string& key, RawEntry& raw) {
    if (const auto encoding = Encoding::of_member(key)) {
      if (raw.has_content) scanner_.fail("a second content member");
      raw.has_content = true;
      read_content(raw, *encoding);
    } else if (key == "relative_path") {
      raw.relative_path = scanner_.string();
    } else if (key == "size") {
      raw.declared_size = scanner_.unsigned_integer();
    } else if (key == "sha256") {
      raw.declared_sha256 = read_sha256();
    } else if (key == "content_type") {
      if (!scanner_.consume_null()) raw.content_type = scanner_.string();
    } else if (key == "modified") {
      if (!scanner_.consume_null()) raw.modified = read_moment(scanner_);
    } else if (key == "chunk") {
      raw.chunk = read_chunk();
    } else {
      scanner_.skip_value();
    }
  }

  void read_content(RawEntry& raw, const Encoding& encoding) {
    scanner_.begin_string();
    const std::uint64_t begin = scanner_.offset();
    raw.path.emplace(raw.relative_path.value_or(raw.key));
    pipeline_.begin_content(*raw.path, encoding.is_plain() ? plain_size() : std::nullopt);
    filters_.begin(encoding.filters());
    for (std::string_view run = scanner_.string_run(); !run.empty(); run = scanner_.string_run()) {
      // What passes no filter is decoded to where it belongs, without a copy.
      ByteBuffer& decoded = encoding.is_plain() ? pipeline_.content() : filtered_;
      const std::size_t before = decoded.size();
      if (!base64_.decode(run, decoded)) {
        text::JsonScanner::fail_at("invalid base64 in the content that begins", begin);
      }
      if (encoding.is_plain()) {
        content_.take(decoded.size() - before);
      } else {
        filters_.write(filtered_.view(), content_);
        filtered_.clear();
      }
    }
    if (!base64_.finish()) {
      text::JsonScanner::fail_at("incomplete base64 in the content that begins", begin);
    }
    filters_.finish(content_);
    raw.size_bytes = content_.finish();
  }

  /// The size a plain content will decode to, if its end is in view. Only a hint: when the text is
  /// broken, the decoder says so.
  std::optional<std::uint64_t> plain_size() {
    const auto text = scanner_.string_rest();
    if (!text) return {};
    const std::size_t padding = text->ends_with("==") ? 2 : text->ends_with("=") ? 1 : 0;
    return std::max(text->size() / 4 * 3, padding) - padding;
  }

  void finish_entry(RawEntry& raw) {
    if (raw.declared_size && *raw.declared_size != raw.size_bytes) {
      reject(fmt::format("it declares {} bytes, but has {}", *raw.declared_size, raw.size_bytes));
    }
    if (version_2_fault_.empty()) note_version_2_fault(raw);
    if (raw.relative_path && *raw.relative_path != raw.path->str()) {
      raw.path.emplace(*raw.relative_path);
    }
    FileEntry entry{std::move(*raw.path),        raw.size_bytes, {},
                    std::move(raw.content_type), raw.modified,   std::move(raw.chunk)};
    entries_.add(entry.path.filename(), entry.size_bytes);
    pipeline_.end_entry(std::move(entry), std::move(raw.declared_sha256));
  }

  /// Version 1 had neither digests nor, always, paths; whether this is version 1 may come later.
  void note_version_2_fault(const RawEntry& raw) {
    if (raw.relative_path && *raw.relative_path != raw.key) {
      version_2_fault_ = named_entry(raw.key) + ": its relative_path differs from its key";
    } else if (!raw.declared_size || !raw.declared_sha256) {
      version_2_fault_ = named_entry(raw.key) + ": it has no size or no sha256";
    }
  }

  Chunk read_chunk() {
    Chunk chunk;
    std::string key;
    scanner_.begin_object();
    while (scanner_.next_key(key)) {
      if (key == "index") {
        chunk.index = scanner_.unsigned_integer();
      } else if (key == "offset") {
        chunk.offset_bytes = scanner_.unsigned_integer();
      } else if (key == "last") {
        chunk.last = scanner_.boolean();
      } else if (key == "total_size") {
        chunk.file_size_bytes = scanner_.unsigned_integer();
      } else if (key == "sha256") {
        chunk.file_sha256 = read_sha256();
      } else {
        scanner_.skip_value();
      }
    }
    return chunk;
  }

  std::string read_sha256() {
    constexpr std::size_t kHexDigits = 64;
    const std::uint64_t begin = scanner_.offset();
    std::string digest = ascii_lower(scanner_.string());
    if (digest.size() != kHexDigits ||
        digest.find_first_not_of("0123456789abcdef") != std::string::npos) {
      text::JsonScanner::fail_at("an invalid SHA-256", begin);
    }
    return digest;
  }

  void check_totals() {
    if (declared_.metadata.schema_version > kSchemaVersion) {
      reject("its schema_version is newer than this receiver: update the receiver");
    }
    if (!declared_.has_timestamp) reject("batch_metadata has no timestamp");
    if (declared_.total_files && *declared_.total_files != entries_.files) {
      reject(fmt::format("batch_metadata declares {}, but the payload has {}",
                         counted_files(*declared_.total_files), entries_.files));
    }
    if (declared_.total_size_bytes && *declared_.total_size_bytes != entries_.size_bytes) {
      reject(fmt::format("batch_metadata declares {} bytes, but the payload has {}",
                         *declared_.total_size_bytes, entries_.size_bytes));
    }
    if (declared_.listing && (declared_.listing->files != entries_.files ||
                              declared_.listing->size_bytes != entries_.size_bytes)) {
      reject("the list in batch_metadata.files does not match the entries of 'files'");
    }
    declared_.metadata.total_files = entries_.files;
    declared_.metadata.total_size_bytes = entries_.size_bytes;
    if (declared_.metadata.schema_version == kSchemaVersion) check_version_2();
  }

  void check_version_2() {
    if (declared_.metadata.batch_id.empty() || !declared_.total_files ||
        !declared_.total_size_bytes || !declared_.listing) {
      reject("batch_metadata lacks batch_id, total_files, total_size or files");
    }
    if (!version_2_fault_.empty()) reject(version_2_fault_);
    if (declared_.listing->names != entries_.names) {
      reject("the list in batch_metadata.files does not match the entries of 'files'");
    }
  }

  text::JsonScanner scanner_;
  Budget& budget_;
  EntryPipeline pipeline_;
  CountedContent content_;
  base64::Decoder base64_;
  codec::FilterChain filters_{codec::FilterChain::Direction::decode};
  ByteBuffer filtered_;  ///< a run of a content, as it is before the filters

  DeclaredMetadata declared_;
  Tally entries_;
  std::string version_2_fault_;  ///< the first thing that only version 1 may do
};

}  // namespace

void Budget::take_file() {
  if (++files_ > limits_.max_files) {
    throw Error(ErrorCode::too_large, fmt::format("the batch has more than {} (--max-files)",
                                                  counted_files(limits_.max_files)));
  }
}

void Budget::take_bytes(std::uint64_t count) {
  bytes_ += count;
  if (bytes_ > limits_.max_batch_bytes) {
    throw Error(ErrorCode::too_large, fmt::format("the batch is larger than {} (--max-batch-size)",
                                                  human_bytes(limits_.max_batch_bytes)));
  }
}

void Budget::check_file_size(std::uint64_t size_bytes) const {
  if (size_bytes > limits_.max_file_bytes) {
    throw Error(ErrorCode::too_large, fmt::format("the file is larger than {} (--max-file-size)",
                                                  human_bytes(limits_.max_file_bytes)));
  }
}

BatchMetadata read_payload(Source& source, Budget& budget, PayloadSink& sink) {
  return PayloadParser(source, budget, sink).parse();
}

std::optional<BatchMetadata> read_metadata_alone(Source& source, const Limits& limits) {
  try {
    text::JsonScanner scanner(source, bounds_for(limits));
    std::string key;
    scanner.begin_object();
    while (scanner.next_key(key)) {
      if (key == "batch_metadata") return read_metadata(scanner).metadata;
      scanner.skip_value();
    }
  } catch (const Error& error) {
    const bool is_malformed = error.code() == ErrorCode::bad_payload ||
                              error.code() == ErrorCode::too_large ||
                              error.code() == ErrorCode::unsafe_path;
    if (!is_malformed) throw;
  }
  return {};
}

bool looks_like_payload(Source& source, const Limits& limits) {
  try {
    text::JsonScanner scanner(source, bounds_for(limits));
    bool has_files = false;
    bool has_metadata = false;
    std::string key;
    scanner.begin_object();
    while (!(has_files && has_metadata) && scanner.next_key(key)) {
      has_files |= key == "files";
      has_metadata |= key == "batch_metadata";
      if (!(has_files && has_metadata)) scanner.skip_value();
    }
    return has_files && has_metadata;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io) throw;
    return false;
  }
}

}  // namespace healthmetric::payload
