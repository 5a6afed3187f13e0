#include "common/payload/writer.hpp"

#include <algorithm>

#include "common/base/ascii.hpp"
#include "common/base/format.hpp"
#include "common/base/utf8.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::payload {
namespace {

/// What `batch_metadata` takes beside its lists, with a long source path and identity.
constexpr std::uint64_t kMetadataReserveBytes = 8192;

/// What an entry takes beside its path and contents: keys, type, times, digests, chunk.
constexpr std::uint64_t kEntryReserveBytes = 640;

void append_quoted(std::string_view text, std::string& out) {
  text::append_json_string(utf8_prefix(text, kMaxTextBytes), out);
}

std::string quoted_json(std::string_view text) {
  std::string out;
  append_quoted(text, out);
  return out;
}

std::string chunk_json(const Chunk& chunk) {
  std::string text = fmt::format(R"({{"index":{},"offset":{},"last":{})", chunk.index,
                                 chunk.offset_bytes, chunk.last);
  if (chunk.last) {
    text +=
        fmt::format(R"(,"total_size":{},"sha256":"{}")", chunk.file_size_bytes, chunk.file_sha256);
  }
  return text + "}";
}

std::string part_json(const Part& part) {
  std::string text = fmt::format(R"({{"index":{},"last":{})", part.index, part.last);
  if (part.last) {
    text += fmt::format(R"(,"batch_files":{},"batch_size":{})", part.batch_files,
                        part.batch_size_bytes);
  }
  return text + "}";
}

std::string sender_json(const SenderIdentity& sender) {
  return fmt::format(
      R"({{"host":{},"user":{},"version":{},"os":{},"token_expires":{}}})",
      quoted_json(sender.host), quoted_json(sender.user), quoted_json(sender.version),
      quoted_json(sender.os),
      sender.token_expires ? quoted_json(text::format_timestamp(*sender.token_expires)) : "null");
}

std::string producer_json(const ProducerMark& producer) {
  if (producer.id.empty()) return {};
  std::string text = R"("producer":)" + quoted_json(producer.id) + ",";
  if (!producer.instance.empty()) text += R"("instance":)" + quoted_json(producer.instance) + ",";
  if (producer.sequence) text += fmt::format(R"("sequence":{},)", *producer.sequence);
  return text;
}

std::string paths_json(const std::vector<RelativePath>& paths) {
  std::string text = "[";
  for (const RelativePath& path : paths) {
    if (text.size() > 1) text += ',';
    append_quoted(path.str(), text);
  }
  return text + "]";
}

std::string skipped_json(const SkippedFile& file) {
  return fmt::format(R"({{"relative_path":{},"reason":{}}})", quoted_json(file.path),
                     quoted_json(file.reason));
}

std::string skipped_json(const std::vector<SkippedFile>& skipped) {
  std::string text = "[";
  for (const SkippedFile& file : skipped) {
    if (text.size() > 1) text += ',';
    text += skipped_json(file);
  }
  return text + "]";
}

/// The members that `files` and `batch_metadata.files` share.
void append_naming(const RelativePath& path, std::string& out) {
  out += R"("filename":)";
  append_quoted(path.filename(), out);
  out += R"(,"relative_path":)";
  append_quoted(path.str(), out);
  out += R"(,"extension":)";
  append_quoted(ascii_lower(path.extension()), out);
}

/// What an entry of that path takes beside its content. The path is written five times, and a
/// quotation mark in it takes two bytes.
std::uint64_t entry_overhead_bytes(const RelativePath& path) {
  return kEntryReserveBytes + std::uint64_t{10} * path.str().size();
}

}  // namespace

PayloadWriter::PayloadWriter(Sink& out) : out_(out) {
  put(R"({"files":{)");
}

void PayloadWriter::put(std::string_view text) {
  out_.write(text);
  mark_.written_bytes += text.size();
}

void PayloadWriter::begin_entry(const RelativePath& path, std::string_view content_type,
                                const std::optional<text::Moment>& modified,
                                const Encoding& encoding) {
  path_ = &path;
  naming_.clear();
  append_naming(path, naming_);
  encoding_ = encoding;
  entry_bytes_ = 0;
  encoded_bytes_ = 0;
  line_ = mark_.entries == 0 ? "\n" : ",\n";
  append_quoted(path.str(), line_);
  line_ += ":{";
  line_ += naming_;
  line_ += R"(,"content_type":)";
  append_quoted(content_type, line_);
  if (modified) {
    line_ += R"(,"modified":")";
    line_ += text::format_moment(*modified);
    line_ += '"';
  }
  line_ += R"(,")";
  line_ += encoding.member();
  line_ += R"(":")";
  put(line_);
  filters_.begin(encoding_.filters());
}

void PayloadWriter::content(std::string_view bytes) {
  entry_bytes_ += bytes.size();
  filters_.write(bytes, base64_);
  put_content();
}

void PayloadWriter::put_content() {
  encoded_bytes_ += base64_.view().size();
  put(base64_.view());
  base64_.clear();
}

PayloadWriter::Written PayloadWriter::end_entry(std::string_view sha256,
                                                const std::optional<Chunk>& chunk) {
  filters_.finish(base64_);
  base64_.finish();
  put_content();
  const std::string size = std::to_string(entry_bytes_);
  line_ = R"(","size":)";
  line_ += size;
  line_ += R"(,"sha256":")";
  line_ += sha256;
  line_ += '"';
  if (chunk) line_ += R"(,"chunk":)" + chunk_json(*chunk);
  line_ += '}';
  put(line_);

  line_ = mark_.entries == 0 ? "\n{" : ",\n{";
  line_ += naming_;
  line_ += R"(,"size":)";
  line_ += size;
  line_ += '}';
  listing_.append(line_);
  mark_.listing_bytes = listing_.size();
  mark_.entries += 1;
  mark_.content_bytes += entry_bytes_;
  return {entry_bytes_, encoded_bytes_};
}

void PayloadWriter::finish(const BatchMetadata& metadata) {
  put(fmt::format(
      "\n}},\n\"batch_metadata\":{{\"schema_version\":{},\"batch_id\":{},\"batch_name\":{},"
      "\"timestamp\":\"{}\",\"source_folder\":{},",
      kSchemaVersion, quoted_json(metadata.batch_id), quoted_json(metadata.batch_name),
      text::format_timestamp(metadata.timestamp), quoted_json(metadata.source)));
  if (metadata.sender) put(R"("sender":)" + sender_json(*metadata.sender) + ",");
  put(R"("part":)" + part_json(metadata.part) + ",");
  put(fmt::format(R"("total_files":{},"total_size":{},)", mark_.entries, mark_.content_bytes));
  put(R"("skipped":)" + skipped_json(metadata.skipped) + ",");
  if (metadata.part.last) {
    put(producer_json(metadata.producer));
    put(R"("folders":)" + paths_json(metadata.folders) + ",");
    put(R"("gone":)" + paths_json(metadata.gone) + ",");
  }
  put(R"("files":[)");
  listing_.copy_to(out_);
  mark_.written_bytes += listing_.size();
  put("]}}\n");
}

void PayloadWriter::rewind_to(const Mark& mark) {
  mark_ = mark;
  listing_.cut_to(mark.listing_bytes);
  // An unfinished entry left something in these.
  base64_ = Base64Text();
  filters_.reset();
}

std::uint64_t PayloadWriter::fresh_part_bytes(const RelativePath& path) {
  return kMetadataReserveBytes + entry_overhead_bytes(path);
}

std::uint64_t PayloadWriter::room_for_lists(std::uint64_t limit_bytes) const {
  const std::uint64_t used = mark_.written_bytes + listing_.size() + kMetadataReserveBytes;
  return used < limit_bytes ? limit_bytes - used : 0;
}

std::uint64_t PayloadWriter::skipped_bytes(const SkippedFile& file) {
  return 1 + skipped_json(file).size();  // with a comma
}

std::uint64_t PayloadWriter::listed_bytes(const RelativePath& path) {
  return 1 + quoted_json(path.str()).size();
}

std::uint64_t PayloadWriter::room_for_content(std::uint64_t limit_bytes) const {
  const std::uint64_t used = mark_.written_bytes + listing_.size() + fresh_part_bytes(*path_);
  const std::uint64_t room = used < limit_bytes ? (limit_bytes - used) / 4 * 3 : 0;
  return room - std::min(room, encoding_.max_growth(room));
}

}  // namespace healthmetric::payload
