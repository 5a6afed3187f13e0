#include "receiver/commands/restoring.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/codec/digest.hpp"
#include "common/platform/file_kind.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/log.hpp"
#include "common/program/status_line.hpp"
#include "common/text/json.hpp"
#include "receiver/restore/destination.hpp"
#include "receiver/restore/digested_reader.hpp"
#include "receiver/restore/read_ahead.hpp"
#include "receiver/restore/similar_names.hpp"

namespace healthmetric::receiver {
namespace {

using archive::RecordedFile;
using archive::SeriesBatch;
using payload::RelativePath;
using restore::Destination;
using restore::ReadAhead;
using std::filesystem::file_type;

platform::FileTime file_time_of(const RecordedFile& file, const SeriesBatch& batch) {
  const text::Moment moment = archive::time_of(file, batch);
  return {moment.second, moment.fraction};
}

/// nullopt if a dry run finds no folder, which it does not create.
std::optional<Destination> open_destination(const RestoreRules& rules,
                                            const archive::StorageReader& storage) {
  std::error_code error;
  if (rules.is_dry_run && !std::filesystem::exists(rules.to, error)) return {};
  auto destination = std::make_optional<Destination>(rules.to);
  destination->never_enter(storage);  // it may be below
  return destination;
}

class Restorer {
 public:
  Restorer(StoredFiles& stored, const archive::StoredBatches& batches, const RestoreRules& rules,
           platform::Clock& clock)
      : stored_(stored),
        batches_(batches),
        rules_(rules),
        layout_(batches.heads(), rules.at, rules.form),
        destination_(open_destination(rules, stored.storage())),
        ahead_(stored.storage()) {
    result_.to = rules.to.string();
    result_.is_dry_run = rules.is_dry_run;
    if (rules.shows_progress) line_.emplace(clock);
  }

  Restored run() {
    archive::for_each_tree(
        batches_.heads(), rules_.at, [&](std::size_t batch) { return batches_.read(batch); },
        [&](const archive::Tree& tree) { restore_tree(tree); });
    line_.reset();
    return result_;
  }

 private:
  [[nodiscard]] bool is_wanted(const std::string& path) const {
    return rules_.patterns.verdict_on(path) != patterns::Verdict::exclude;
  }

  void complain(const std::string& why) { stored_.complain(Error(ErrorCode::partly_done, why)); }

  [[nodiscard]] std::string shown(std::string_view path) const {
    return in_quotes((result_.to + "/").append(path));
  }

  void restore_tree(const archive::Tree& tree) {
    const archive::SeriesKey key{tree.producer, tree.batch_name, "", ""};
    const std::string& folder = layout_.folder_of(key);
    for (const archive::HiddenFile& file : tree.hidden) {
      if (is_wanted(file.path)) warn_of_hidden(file);
    }
    restore_files(folder, tree);
    for (const std::string& path : tree.folders) {
      if (is_wanted(path)) restore_folder(folder + path);
    }
  }

  void restore_files(const std::string& folder, const archive::Tree& tree) {
    std::vector<const archive::CurrentFile*> wanted;
    for (const archive::CurrentFile& file : tree.files) {
      if (is_wanted(file.file.path)) wanted.push_back(&file);
    }
    auto next = wanted.begin();
    for (const archive::CurrentFile* const file : wanted) {
      platform::stop_soon_if_signalled();
      show_progress();
      for (; next != wanted.end() && !ahead_.is_full(); ++next) ahead_.push((*next)->file, reads_);
      ahead_content_ = ahead_.pop();
      restore_file(folder, file->file, batches_.heads()[file->batch]);
    }
  }

  void warn_of_hidden(const archive::HiddenFile& file) const {
    const bool is_same_path = file.why == archive::HiddenFile::Why::other_series;
    log::warning(fmt::format("{} of {} is not restored: {} has {}", in_quotes(file.path),
                             batches_.heads()[file.batch].batch_id,
                             batches_.heads()[file.by].batch_id,
                             is_same_path ? "a later one" : "a folder or a file in its place"));
  }

  void show_progress() {
    if (!line_) return;
    line_->show([&] {
      return fmt::format("restoring: {}, {}", counted_files(result_.files + result_.same),
                         human_bytes(result_.size_bytes));
    });
  }

  void restore_file(const std::string& folder, const RecordedFile& file, const SeriesBatch& batch) {
    if (!is_unclaimed(folder + file.path, file, batch)) return;
    try {
      restore_with_fallback_name(folder, file, batch);
    } catch (const restore::NameRefused& refused) {
      complain(refused.what());
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unsafe_path) throw;
      complain(fmt::format("cannot restore {}: {}", shown(folder + file.path), error.what()));
    }
  }

  void restore_with_fallback_name(const std::string& folder, const RecordedFile& file,
                                  const SeriesBatch& batch) {
    try {
      const RelativePath place = place_of(folder + file.path);
      refuse_other_spelling(place);
      restore_to(place, file, batch);
    } catch (const restore::NameRefused& refused) {
      const std::string stored_name = folder + file.stored_path;
      log::warning(fmt::format("{}: {} is restored as {}", refused.what(), in_quotes(file.path),
                               shown(stored_name)));
      restore_to(place_of(stored_name), file, batch);
    }
  }

  /// Where names that differ in case are one, the first file must not be taken for the second.
  void refuse_other_spelling(const RelativePath& place) {
    if (!names_.note(place.str()) || !destination_) return;
    if (!destination_->is_under_another_name(place)) return;
    throw restore::NameRefused(fmt::format(
        "cannot write {}: to this file system, it is the same name as another that is there",
        shown(place.str())));
  }

  /// With --flat, two trees may have the same path.
  bool is_unclaimed(const std::string& path, const RecordedFile& file, const SeriesBatch& batch) {
    if (rules_.form != RestoreLayout::Form::flat) return true;
    const std::string tree = fmt::format("{}/{}", batch.key.producer, batch.key.batch_name);
    const std::string other = claims_.claim(path, tree, file.sha256);
    if (other.empty()) return true;
    complain(
        fmt::format("{} of {} is in the way of that of {}: only the first is restored; "
                    "without --flat both are",
                    in_quotes(path), in_quotes(other), in_quotes(tree)));
    return false;
  }

  static RelativePath place_of(std::string path) {
    if (Destination::is_reserved(path)) {
      throw Error(ErrorCode::unsafe_path, "such names are kept for files that are being written");
    }
    return RelativePath(std::move(path), 2 * RelativePath::kMaxStoredBytes);
  }

  void restore_to(const RelativePath& place, const RecordedFile& file, const SeriesBatch& batch) {
    const auto there = destination_ ? destination_->look_at(place) : std::nullopt;
    if (there && *there != file_type::regular) {
      return complain(fmt::format("cannot restore {}: {} is there", shown(place.str()),
                                  platform::kind_of(*there)));
    }
    if (there && keeps_existing(place, file, batch)) {
      reads_ = ReadAhead::Read::no;
      return;
    }
    auto source = ahead_content_.is_whole ? std::nullopt : stored_.open(file, batch.batch_id);
    if (!source && !ahead_content_.is_whole) return;
    if (rules_.is_dry_run) {
      log::debug("would restore " + shown(place.str()));
      return count(file);
    }
    reads_ = ReadAhead::Read::yes;
    Destination::NewFile out(*destination_, place);
    if (!source) {
      out.write(ahead_content_.bytes);
    } else if (!copy(*source, out, file, batch)) {
      return;
    }
    set_time(out, place, file_time_of(file, batch));
    const auto replace =
        rules_.overwrite == Overwrite::never ? Destination::Replace::no : Destination::Replace::yes;
    if (!out.put(replace))
      return complain(shown(place.str()) +
                      " was created by another program meanwhile, and was kept");
    log::debug("restored " + shown(place.str()));
    count(file);
  }

  /// Whether an existing file is kept: it is the same, newer, or must not be replaced.
  bool keeps_existing(const RelativePath& place, const RecordedFile& file,
                      const SeriesBatch& batch) {
    auto there = destination_->open(place);
    if (!there) return false;
    const platform::FileState state = there->state();
    if (state.size_bytes == file.size_bytes && codec::sha256_of(*there) == file.sha256) {
      ++result_.same;
      return true;
    }
    if (rules_.overwrite == Overwrite::never) {
      complain(shown(place.str()) +
               " exists with other content and was kept: use --overwrite if-older or "
               "--overwrite always to replace it");
      return true;
    }
    const bool is_newer =
        rules_.overwrite == Overwrite::if_older && state.modified >= file_time_of(file, batch);
    if (!is_newer) return false;
    ++result_.newer;
    log::debug(shown(place.str()) + " is newer than what is stored: it stays");
    return true;
  }

  /// False, after reporting it, if the stored content is not that of the summary.
  bool copy(platform::InputFile& source, Destination::NewFile& out, const RecordedFile& file,
            const SeriesBatch& batch) {
    std::uint64_t copied_bytes = 0;
    const auto write = [&](std::string_view bytes) {
      platform::stop_soon_if_signalled();
      copied_bytes += bytes.size();
      if (copied_bytes > file.size_bytes) return false;
      out.write(bytes);
      return true;
    };
    try {
      const std::string sha256 = reader_.read(source, write);
      if (copied_bytes == file.size_bytes && sha256 == file.sha256) return true;
    } catch (const restore::ReadFailed& error) {
      stored_.report_unreadable(file, batch.batch_id, error);
      return false;
    }
    stored_.report_changed(file, batch.batch_id, "its SHA-256 differs");
    return false;
  }

  /// A file system that cannot store times gets the files all the same.
  void set_time(Destination::NewFile& out, const RelativePath& place,
                const platform::FileTime& time) {
    std::error_code error;
    out.set_modified(time, error);
    if (!error || std::exchange(is_time_told_, true)) return;
    log::warning(fmt::format("cannot set the time of {}: {}; others may lack theirs, too",
                             shown(place.str()), error.message()));
  }

  void restore_folder(const std::string& path) {
    try {
      if (destination_ && !rules_.is_dry_run) destination_->make_folder(place_of(path));
      ++result_.folders;
    } catch (const restore::NameRefused& refused) {
      complain(refused.what());
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unsafe_path) throw;
      complain(fmt::format("cannot restore {}: {}", shown(path), error.what()));
    }
  }

  void count(const RecordedFile& file) {
    ++result_.files;
    result_.size_bytes += file.size_bytes;
  }

  StoredFiles& stored_;
  const archive::StoredBatches& batches_;
  const RestoreRules& rules_;
  RestoreLayout layout_;
  std::optional<Destination> destination_;
  restore::DigestedReader reader_;
  ReadAhead ahead_;
  /// Whether the next files are likely to be needed: the latest one was not there yet.
  ReadAhead::Read reads_ = ReadAhead::Read::no;
  ReadAhead::Content ahead_content_;  ///< of the file that is being restored
  std::optional<program::StatusLine> line_;
  FlatClaims claims_;
  restore::SimilarNames names_;
  bool is_time_told_ = false;
  Restored result_;
};

}  // namespace

Restored restore(StoredFiles& stored, const archive::StoredBatches& batches,
                 const RestoreRules& rules, platform::Clock& clock) {
  return Restorer(stored, batches, rules, clock).run();
}

std::string to_line(const Restored& result) {
  std::string line = fmt::format(
      "{} {} ({}) to {}", result.is_dry_run ? "would restore" : "restored",
      counted_files(result.files), human_bytes(result.size_bytes), in_quotes(result.to));
  if (result.same > 0) line += fmt::format("; {} already there", counted_files(result.same));
  if (result.newer > 0) line += fmt::format("; {} there and newer", counted_files(result.newer));
  if (result.faults > 0) line += "; " + counted(result.faults, "error", "errors");
  return line;
}

std::string to_json_text(const Restored& result) {
  return text::to_text({{"to", result.to},
                        {"dry_run", result.is_dry_run},
                        {"files", result.files},
                        {"bytes", result.size_bytes},
                        {"same", result.same},
                        {"newer", result.newer},
                        {"folders", result.folders},
                        {"errors", result.faults}});
}

}  // namespace healthmetric::receiver
