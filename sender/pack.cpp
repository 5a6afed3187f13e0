#include "sender/pack.hpp"

#include <algorithm>
#include <memory>

#include "common/content_type.hpp"
#include "common/error.hpp"
#include "common/file_io.hpp"
#include "common/interruption.hpp"
#include "common/log.hpp"
#include "common/printable.hpp"
#include "sender/read_ahead.hpp"
#include "sender/source_content.hpp"

namespace healthmetric {
namespace {

/// A batch of less is packed before threads that read ahead would have begun.
constexpr std::uint64_t kReadAheadFromBytes = std::uint64_t{512} * 1024;

constexpr int kMaxReads = 3;

/// How much of a file tells whether it is worth to be compressed: no more than is always read at
/// once, so that this depends on the file alone.
constexpr std::size_t kSampleBytes = kLeastReadBytes;

/// Compression must save at least a tenth to be worth an old receiver's refusal.
bool saves_enough(std::uint64_t encoded_bytes, std::uint64_t size_bytes) {
  return encoded_bytes * 10 <= base64::encoded_size_64(size_bytes) * 9;
}

/// Where the bytes of a batch go that is only measured.
class Nowhere final : public Sink {
 public:
  void write(std::string_view /*bytes*/) override {}
};

/// One payload file in the making; without a path it is only measured.
class PartFile {
 public:
  explicit PartFile(std::filesystem::path path)
      : path_(std::move(path)),
        file_(open(path_)),
        writer_(file_ ? static_cast<Sink&>(*file_) : nowhere_) {}

  PayloadWriter& writer() { return writer_; }

  void rewind_to(const PayloadWriter::Mark& mark) {
    writer_.rewind_to(mark);
    if (file_) file_->truncate(mark.written_bytes);
  }

  /// Completes the payload and returns its size once it is on the disk.
  std::uint64_t finish(const BatchMetadata& metadata) {
    writer_.finish(metadata);
    if (file_) file_->sync();
    return writer_.mark().written_bytes;
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  static std::optional<OutputFile> open(const std::filesystem::path& path) {
    if (path.empty()) return {};
    return OutputFile(path);
  }

  std::filesystem::path path_;
  std::optional<OutputFile> file_;
  Nowhere nowhere_;
  PayloadWriter writer_;
};

class Packer {
 public:
  Packer(std::filesystem::path folder, const ScanResult& scan, const PackOptions& options,
         Progress& progress, const OnPacked& on_packed)
      : folder_(std::move(folder)),
        text_(scan.text),
        total_bytes_(scan.size_bytes),
        options_(options),
        progress_(progress),
        on_packed_(on_packed) {
    if (text_.empty() && scan.size_bytes >= kReadAheadFromBytes) {
      // Where a compressed file is cut depends on the pieces that come in: a plan must foretell it.
      using enum ReadAhead::EarlyBlocks;
      ahead_.emplace(scan.files, options.encoding == Encoding::plain ? yes : no);
    }
    begin_part();
  }

  /// The file of that place in the scan, in order.
  void add(std::size_t index, const SourceFile& file) {
    stop_soon_if_signalled();
    Encoding encoding = options_.encoding;
    std::unique_ptr<SourceContent> content = ahead_ ? ahead_->open(index) : nullptr;
    for (int reads = 1; reads <= kMaxReads; content.reset()) {
      const Checkpoint start{finished_.size(), part_->writer().mark()};
      switch (write_file(file, std::move(content), encoding)) {
        case Outcome::written:
          batch_.files += 1;
          return;
        case Outcome::part_is_full:
          rewind_to(start);
          next_part();
          break;
        case Outcome::not_worth_compressing:
          rewind_to(start);
          encoding = Encoding::plain;
          break;
        case Outcome::changed:
          rewind_to(start);
          ++reads;
          break;
        case Outcome::unreadable:
          rewind_to(start);
          return;
      }
    }
    leave_out(file, "it keeps changing while it is read");
  }

  PackedBatch finish(std::vector<LeftOutFile> left_out_by_scan) {
    left_out_by_scan.insert(left_out_by_scan.end(), batch_.left_out.begin(), batch_.left_out.end());
    batch_.left_out = std::move(left_out_by_scan);
    if (batch_.files == 0) return std::move(batch_);
    finish_part(IsLast::yes);
    for (std::size_t i = 0; i < finished_.size(); ++i) {
      const PayloadName name{options_.id, static_cast<unsigned>(i + 1), i + 1 == finished_.size()};
      if (!folder_.empty()) std::filesystem::rename(finished_[i].path, folder_ / name.str());
      batch_.parts.push_back({name, finished_[i].size_bytes});
    }
    if (!folder_.empty()) sync_directory(folder_);
    return std::move(batch_);
  }

 private:
  enum class Outcome { written, part_is_full, not_worth_compressing, changed, unreadable };
  enum class IsLast { yes, no };

  struct Checkpoint {
    std::size_t finished_parts = 0;
    PayloadWriter::Mark mark;
  };
  struct FinishedPart {
    std::filesystem::path path;
    std::uint64_t size_bytes = 0;
  };

  void leave_out(const SourceFile& file, const std::string& reason) {
    batch_.left_out.push_back({{file.path.str(), reason}, LeftOut::by_error});
  }

  void begin_part() {
    const std::string name = ".part-" + std::to_string(finished_.size() + 1);
    part_ = std::make_unique<PartFile>(folder_.empty() ? folder_ : folder_ / name);
  }

  void finish_part(IsLast last) {
    BatchMetadata metadata;
    metadata.batch_id = options_.id.str();
    metadata.batch_name = options_.batch_name;
    metadata.timestamp = options_.id.time;
    metadata.source = options_.source;
    metadata.sender = options_.sender;
    metadata.part.index = static_cast<unsigned>(finished_.size() + 1);
    metadata.part.last = last == IsLast::yes;
    if (last == IsLast::yes) {
      metadata.part.batch_files = batch_.files;
      metadata.part.batch_size_bytes = batch_.size_bytes;
      for (const LeftOutFile& left_out : batch_.left_out) {
        if (metadata.skipped.size() == kMaxSkippedEntries) break;
        metadata.skipped.push_back(
            {printable(left_out.file.path), printable(left_out.file.reason)});
      }
    }
    const std::uint64_t size = part_->finish(metadata);
    finished_.push_back({part_->path(), size});
  }

  void next_part() {
    finish_part(IsLast::no);
    begin_part();
  }

  /// Back to where a file began; a file that was cut began at the front of its part.
  void rewind_to(const Checkpoint& start) {
    if (finished_.size() == start.finished_parts) return part_->rewind_to(start.mark);
    if (!folder_.empty()) {
      std::filesystem::remove(part_->path());
      for (std::size_t i = start.finished_parts; i < finished_.size(); ++i) {
        std::filesystem::remove(finished_[i].path);
      }
    }
    finished_.resize(start.finished_parts);
    begin_part();
  }

  /// Reads the file anew without a `content`.
  Outcome write_file(const SourceFile& file, std::unique_ptr<SourceContent> content,
                     Encoding encoding) {
    const bool was_read_ahead = content != nullptr;
    try {
      if (!content) content = std::make_unique<DirectContent>(file, text_);
      return write_content(file, *content, encoding);
    } catch (const Error& error) {
      // The part itself may have failed: then the source is not to blame.
      const bool source_failed = !content || content->has_failed();
      if (error.code() != ErrorCode::io || !source_failed) throw;
      // Who replaces a file may have done so by now.
      if (was_read_ahead) return Outcome::changed;
      leave_out(file, error.what());
      return Outcome::unreadable;
    }
  }

  /// Whether a file of that size can have a part of its own.
  [[nodiscard]] bool fits_one_part(const SourceFile& file, std::uint64_t size_bytes) const {
    return PayloadWriter::fresh_part_bytes(file.path) + base64::encoded_size_64(size_bytes) <=
           options_.part_limit_bytes;
  }

  Outcome write_content(const SourceFile& file, SourceContent& source, Encoding encoding) {
    std::string_view bytes = source.read();
    const SourceFacts facts = source.facts();
    const bool is_cut = !fits_one_part(file, facts.size_bytes);
    const std::string_view type =
        content_type(file.path.extension(), bytes.substr(0, kContentTypeProbeBytes)).name;
    if (encoding == Encoding::zstd && !is_worth_compressing(bytes.substr(0, kSampleBytes)))
      encoding = Encoding::plain;

    const bool began_fresh = part_->writer().mark().entries == 0;
    Chunk chunk;
    std::optional<Sha256> chunk_digest;
    if (is_cut) chunk_digest.emplace();
    std::uint64_t read_bytes = 0;
    const auto modified_second =
        facts.modified ? std::optional(facts.modified->second) : std::nullopt;
    part_->writer().begin_entry(file.path, type, modified_second, encoding);
    while (!bytes.empty()) {
      const std::uint64_t room = part_->writer().room_for_content(options_.part_limit_bytes);
      if (bytes.size() > room && !began_fresh && chunk.index == 1) return Outcome::part_is_full;
      const std::string_view now = is_cut ? bytes.substr(0, room) : bytes;
      if (chunk_digest) chunk_digest->update(now);
      part_->writer().content(now);
      read_bytes += now.size();
      bytes.remove_prefix(now.size());
      if (!bytes.empty()) {
        const auto written = part_->writer().end_entry(chunk_digest->finish_hex(), chunk);
        next_part();
        chunk.index += 1;
        chunk.offset_bytes += written.size_bytes;
        part_->writer().begin_entry(file.path, type, modified_second, encoding);
      } else {
        bytes = source.read();
        if (!bytes.empty()) stop_if_signalled();
        progress_.at(batch_.size_bytes + read_bytes, total_bytes_);
      }
    }
    if (!source.is_whole()) return Outcome::changed;

    const std::string sha256 = source.sha256();
    chunk.last = true;
    chunk.file_size_bytes = facts.size_bytes;
    chunk.file_sha256 = sha256;
    const auto written = is_cut ? part_->writer().end_entry(chunk_digest->finish_hex(), chunk)
                                : part_->writer().end_entry(sha256, std::nullopt);
    if (encoding == Encoding::zstd && !is_cut &&
        !saves_enough(written.encoded_bytes, facts.size_bytes)) {
      return Outcome::not_worth_compressing;
    }
    batch_.size_bytes += facts.size_bytes;
    if (on_packed_) on_packed_({file, facts.size_bytes, facts.modified, sha256});
    return Outcome::written;
  }

  bool is_worth_compressing(std::string_view sample) {
    std::string frame;
    sample_compressor_.compress(sample, frame);
    sample_compressor_.finish(frame);
    return saves_enough(base64::encoded_size_64(frame.size()), sample.size());
  }

  std::filesystem::path folder_;
  std::string_view text_;
  std::uint64_t total_bytes_;
  const PackOptions& options_;
  Progress& progress_;
  const OnPacked& on_packed_;
  std::optional<ReadAhead> ahead_;
  std::unique_ptr<PartFile> part_;
  std::vector<FinishedPart> finished_;
  PackedBatch batch_;
  ZstdCompressor sample_compressor_;
};

}  // namespace

PackedBatch pack(const ScanResult& scan, const std::filesystem::path& folder,
                 const PackOptions& options, Progress& progress, const OnPacked& on_packed) {
  progress.begin({Step::Phase::packing, 0, 0, scan.size_bytes});
  Packer packer(folder, scan, options, progress, on_packed);
  for (std::size_t i = 0; i < scan.files.size(); ++i) packer.add(i, scan.files[i]);
  return packer.finish(scan.left_out);
}

}  // namespace healthmetric
