#include "sender/pack/pack.hpp"

#include <algorithm>
#include <functional>
#include <memory>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/payload/content_type.hpp"
#include "common/platform/file.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/log.hpp"
#include "sender/pack/batch_lists.hpp"
#include "sender/pack/compression.hpp"
#include "sender/pack/file_content.hpp"
#include "sender/pack/part_file.hpp"
#include "sender/pack/read_ahead.hpp"

namespace healthmetric::pack {
namespace {

/// A batch of less is packed before threads that read ahead would have begun.
constexpr std::uint64_t kReadAheadFromBytes = std::uint64_t{512} * 1024;

constexpr int kMaxReads = 3;

constexpr std::string_view kKeepsChanging = "it keeps changing while it is read";
constexpr std::string_view kEndsEarly = "it ends before the size that its file system reports";
constexpr std::string_view kGrewAndChanged =
    "it grew while it was read, and what was there changed";

/// What an SQLite database begins with.
constexpr std::string_view kDatabaseMark("SQLite format 3\0", 16);

class Packer {
 public:
  Packer(std::filesystem::path folder, const select::ScanResult& scan, const PackOptions& options,
         model::Progress& progress, const OnPacked& on_packed)
      : folder_(std::move(folder)),
        text_(scan.text),
        empty_folders_(scan.empty_folders),
        total_bytes_(scan.size_bytes),
        options_(options),
        progress_(progress),
        on_packed_(on_packed) {
    if (text_.empty() && scan.size_bytes >= kReadAheadFromBytes) {
      // Where a filtered file is cut depends on the pieces that come in: a plan must foretell it.
      using enum ReadAhead::EarlyBlocks;
      ahead_.emplace(scan.files, options.encoding.is_plain() ? yes : no,
                     options.limits.max_file_bytes);
    }
    content_limit_bytes_ =
        options.part_limit_bytes - room_for_lists(scan, options.gone, options.part_limit_bytes);
    begin_part();
  }

  /// The file of that place in the scan, in order.
  void add(std::size_t index, const select::SourceFile& file) {
    platform::stop_soon_if_signalled();
    payload::Encoding encoding = options_.encoding;
    std::unique_ptr<SourceContent> content = ahead_ ? ahead_->open(index) : nullptr;
    changed_how_ = {};
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
          encoding = encoding.without_compression();
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
    skip(file, std::string(changed_how_));
  }

  PackedBatch finish(std::vector<select::Skipped> skipped_by_scan) {
    skipped_by_scan.insert(skipped_by_scan.end(), batch_.skipped.begin(), batch_.skipped.end());
    batch_.skipped = std::move(skipped_by_scan);
    const bool is_empty = batch_.files == 0 && options_.gone.empty();
    if (is_empty && !options_.is_heartbeat_due) return std::move(batch_);
    is_heartbeat_ = is_empty;
    finish_part(IsLast::yes);
    for (std::size_t i = 0; i < finished_.size(); ++i) {
      const payload::PayloadName name{options_.id, static_cast<unsigned>(i + 1),
                                      i + 1 == finished_.size()};
      if (!folder_.empty()) platform::move(finished_[i].path, folder_ / name.str());
      batch_.parts.push_back({name, finished_[i].size_bytes});
    }
    if (!folder_.empty()) platform::sync_directory(folder_);
    return std::move(batch_);
  }

 private:
  enum class Outcome { written, part_is_full, not_worth_compressing, changed, unreadable };
  enum class IsLast { yes, no };

  struct Checkpoint {
    std::size_t finished_parts = 0;
    payload::PayloadWriter::Mark mark;
  };
  struct FinishedPart {
    std::filesystem::path path;
    std::uint64_t size_bytes = 0;
  };

  void skip(const select::SourceFile& file, const std::string& reason) {
    batch_.skipped.push_back({{file.path.str(), reason}, select::SkipCause::by_error});
  }

  void begin_part() {
    const std::string name = ".part-" + std::to_string(finished_.size() + 1);
    part_ = std::make_unique<PartFile>(folder_.empty() ? folder_ : folder_ / name);
  }

  void finish_part(IsLast last) {
    payload::BatchMetadata metadata;
    metadata.batch_id = options_.id.str();
    metadata.batch_name = options_.batch_name;
    metadata.timestamp = options_.id.time;
    // A heartbeat tells nothing of the folder, whose disk may not even be mounted.
    if (!is_heartbeat_) metadata.source = options_.source;
    metadata.sender = options_.sender;
    metadata.part.index = static_cast<unsigned>(finished_.size() + 1);
    metadata.part.last = last == IsLast::yes;
    if (last == IsLast::yes) {
      metadata.part.batch_files = batch_.files;
      metadata.part.batch_size_bytes = batch_.size_bytes;
      metadata.producer = options_.producer;
      fill_lists(metadata,
                 {batch_.skipped, options_.gone, is_heartbeat_ ? no_folders_ : empty_folders_},
                 part_->writer().room_for_lists(options_.part_limit_bytes));
      batch_.gone = metadata.gone.size();
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
  Outcome write_file(const select::SourceFile& file, std::unique_ptr<SourceContent> content,
                     const payload::Encoding& encoding) {
    const bool was_read_ahead = content != nullptr;
    try {
      if (!content) {
        content = std::make_unique<DirectContent>(file, text_, options_.limits.max_file_bytes);
      }
      return write_content(file, *content, encoding);
    } catch (const Error& error) {
      // The part itself may have failed: then the source is not to blame.
      const bool source_failed = !content || content->has_failed();
      if (error.code() != ErrorCode::io || !source_failed) throw;
      // Who replaces a file may have done so by now.
      if (was_read_ahead) return Outcome::changed;
      skip(file, error.what());
      return Outcome::unreadable;
    }
  }

  /// Whether a file of that size can have a part of its own.
  [[nodiscard]] bool fits_one_part(const select::SourceFile& file, std::uint64_t size_bytes) const {
    return payload::PayloadWriter::fresh_part_bytes(file.path) +
               base64::encoded_size_64(size_bytes) <=
           content_limit_bytes_;
  }

  /// One file on its way into parts.
  struct Passage {
    const select::SourceFile& file;
    SourceContent& source;
    payload::Encoding encoding;
    SourceFacts facts;
    std::string_view type;
    bool is_database = false;
    payload::Chunk chunk;
    std::optional<codec::Sha256> chunk_digest;  ///< of a file that is cut

    [[nodiscard]] bool is_cut() const { return chunk_digest.has_value(); }
  };

  Outcome write_content(const select::SourceFile& file, SourceContent& source,
                        const payload::Encoding& encoding) {
    const std::string_view bytes = source.read();
    Passage passage{file, source, encoding, source.facts()};
    if (!may_be_so_large(passage)) return Outcome::unreadable;
    passage.type = payload::content_type(file.path.extension(),
                                         bytes.substr(0, payload::kContentTypeProbeBytes))
                       .name;
    passage.is_database = bytes.starts_with(kDatabaseMark);
    if (encoding.compresses() && !compression_probe_.is_worthwhile(encoding, bytes))
      passage.encoding = encoding.without_compression();
    if (!fits_one_part(file, passage.facts.size_bytes)) passage.chunk_digest.emplace();
    begin_entry(passage);
    if (!write_bytes(passage, bytes)) return Outcome::part_is_full;
    return end_file(passage);
  }

  /// It may have grown since the scan looked.
  bool may_be_so_large(const Passage& passage) {
    const payload::Limits& limits = options_.limits;
    const std::uint64_t size = passage.facts.size_bytes;
    if (size > limits.max_file_bytes) {
      skip(passage.file,
           "it grew: larger than " + human_bytes(limits.max_file_bytes) + " (--max-file-size)");
      return false;
    }
    if (batch_.size_bytes + size > limits.max_batch_bytes) {
      skip(passage.file, "it grew: the batch would be larger than " +
                             human_bytes(limits.max_batch_bytes) + " (--max-batch-size)");
      return false;
    }
    return true;
  }

  void begin_entry(const Passage& passage) {
    const auto& modified = passage.facts.modified;
    part_->writer().begin_entry(
        passage.file.path, passage.type,
        modified ? std::optional(text::Moment{modified->second, modified->fraction}) : std::nullopt,
        passage.encoding);
  }

  /// From `bytes` on to the end; false when the part has no room for a file that is not its first.
  bool write_bytes(Passage& passage, std::string_view bytes) {
    const bool began_fresh = part_->writer().mark().entries == 0;
    std::uint64_t read_bytes = 0;
    while (!bytes.empty()) {
      const std::uint64_t room = part_->writer().room_for_content(content_limit_bytes_);
      if (bytes.size() > room && !began_fresh && passage.chunk.index == 1) return false;
      const std::string_view now = passage.is_cut() ? bytes.substr(0, room) : bytes;
      if (passage.is_cut()) passage.chunk_digest->update(now);
      part_->writer().content(now);
      read_bytes += now.size();
      bytes.remove_prefix(now.size());
      if (!bytes.empty()) {
        next_chunk(passage);
      } else {
        bytes = passage.source.read();
        if (!bytes.empty()) platform::stop_if_signalled();
        progress_.at(batch_.size_bytes + read_bytes, total_bytes_);
      }
    }
    return true;
  }

  void next_chunk(Passage& passage) {
    const auto written =
        part_->writer().end_entry(passage.chunk_digest->finish_hex(), passage.chunk);
    next_part();
    passage.chunk.index += 1;
    passage.chunk.offset_bytes += written.size_bytes;
    begin_entry(passage);
  }

  Outcome end_file(Passage& passage) {
    const std::uint64_t size = passage.facts.size_bytes;
    const bool is_whole = passage.source.is_whole();
    const std::string sha256 = passage.source.sha256();
    if (!is_whole && !has_only_grown(passage.file, size, sha256)) {
      changed_how_ = what_happened_to(passage);
      return Outcome::changed;
    }
    passage.chunk.last = true;
    passage.chunk.file_size_bytes = size;
    passage.chunk.file_sha256 = sha256;
    const auto written = passage.is_cut() ? part_->writer().end_entry(
                                                passage.chunk_digest->finish_hex(), passage.chunk)
                                          : part_->writer().end_entry(sha256, std::nullopt);
    if (passage.encoding.compresses() && !passage.is_cut() &&
        !saves_enough(written.encoded_bytes, size)) {
      return Outcome::not_worth_compressing;
    }
    batch_.size_bytes += size;
    if (!is_whole) warn_of_growth(passage);
    if (passage.is_database) warn_of_open_database(passage.file);
    if (on_packed_) on_packed_({passage.file, size, passage.facts.modified, sha256});
    return Outcome::written;
  }

  /// To a file that was not read whole.
  static std::string_view what_happened_to(const Passage& passage) {
    const auto now = platform::file_state(passage.file.location());
    const auto& modified = passage.facts.modified;
    if (now && modified && *now == platform::FileState{passage.facts.size_bytes, *modified})
      return kEndsEarly;
    return now && now->size_bytes > passage.facts.size_bytes ? kGrewAndChanged : kKeepsChanging;
  }

  static void warn_of_growth(const Passage& passage) {
    log::warning(in_quotes(passage.file.path.str()) +
                 " grew while it was read: it is sent as it was when it was opened, with " +
                 human_bytes(passage.facts.size_bytes));
  }

  /// What lies there is not all that is in the database, or not yet.
  static void warn_of_open_database(const select::SourceFile& file) {
    for (const char* suffix : {"-wal", "-journal"}) {
      const auto state = platform::file_state(file.location() + suffix);
      if (!state || state->size_bytes == 0) continue;
      log::warning(in_quotes(file.path.str()) + " is a database in use, with " +
                   in_quotes(file.path.str() + suffix) +
                   " beside it: the latest changes may be missing or incomplete; send a copy made "
                   "with sqlite3's .backup instead");
    }
  }

  std::filesystem::path folder_;
  std::string_view text_;
  const std::vector<payload::RelativePath>& empty_folders_;
  const std::vector<payload::RelativePath> no_folders_;
  bool is_heartbeat_ = false;
  std::uint64_t total_bytes_;
  const PackOptions& options_;
  model::Progress& progress_;
  const OnPacked& on_packed_;
  std::optional<ReadAhead> ahead_;
  std::uint64_t content_limit_bytes_ = 0;  ///< of a part, without its list of what was skipped
  std::string_view changed_how_;           ///< the file that was read last, if it did
  std::unique_ptr<PartFile> part_;
  std::vector<FinishedPart> finished_;
  PackedBatch batch_;
  CompressionProbe compression_probe_;
};

}  // namespace

PackedBatch pack(const select::ScanResult& scan, const std::filesystem::path& folder,
                 const PackOptions& options, model::Progress& progress, const OnPacked& on_packed) {
  progress.begin({model::Step::Phase::packing, 0, 0, scan.size_bytes});
  Packer packer(folder, scan, options, progress, on_packed);
  for (std::size_t i = 0; i < scan.files.size(); ++i) packer.add(i, scan.files[i]);
  return packer.finish(scan.skipped);
}

}  // namespace healthmetric::pack
