#include "receiver/commands/restoring.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
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
#include "common/text/timestamp.hpp"
#include "receiver/restore/copier.hpp"
#include "receiver/restore/destination.hpp"
#include "receiver/restore/similar_names.hpp"

namespace healthmetric::receiver {
namespace {

using archive::RecordedFile;
using archive::SeriesBatch;
using payload::RelativePath;
using restore::Copy;
using restore::Destination;
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
  using Replace = Destination::Replace;

 public:
  Restorer(StoredFiles& stored, const archive::StoredBatches& batches, const RestoreRules& rules,
           platform::Clock& clock)
      : stored_(stored),
        batches_(batches),
        rules_(rules),
        replace_(rules.overwrite == Overwrite::never ? Replace::no : Replace::yes),
        layout_(batches.heads(), rules.at, rules.form),
        destination_(open_destination(rules, stored.storage())),
        copier_(stored.storage()) {
    result_.to = rules.to.string();
    result_.is_dry_run = rules.is_dry_run;
    if (rules.shows_progress) line_.emplace(clock);
  }

  Restored run() {
    unmatched_ = rules_.patterns.unmatched({});
    archive::for_each_tree(
        batches_.heads(), rules_.at, [&](std::size_t batch) { return batches_.read(batch); },
        [&](archive::Tree&& tree) { restore_tree(std::move(tree)); });
    line_.reset();
    if (!is_any_wanted_) warn_of_nothing();
    return result_;
  }

 private:
  [[nodiscard]] bool is_wanted(std::string_view path) const {
    return rules_.patterns.verdict_on(path) != patterns::Verdict::exclude;
  }

  /// Until something is wanted: which patterns have matched nothing.
  void note_wanted(const archive::Tree& tree) {
    if (is_any_wanted_) return;
    std::vector<std::string_view> paths(tree.folders.begin(), tree.folders.end());
    for (const archive::CurrentFile& file : tree.files) paths.emplace_back(file.file.path);
    is_any_there_ = is_any_there_ || !paths.empty();
    is_any_wanted_ = std::any_of(paths.begin(), paths.end(),
                                 [&](std::string_view path) { return is_wanted(path); });
    if (is_any_wanted_) return;
    const auto still = rules_.patterns.unmatched(paths);
    std::erase_if(unmatched_, [&](const patterns::PathPattern& pattern) {
      return std::find(still.begin(), still.end(), pattern) == still.end();
    });
  }

  /// Which option left nothing.
  void warn_of_nothing() const {
    const auto include = std::find_if(unmatched_.begin(), unmatched_.end(), [](const auto& each) {
      return each.verdict == patterns::Verdict::include;
    });
    if (is_any_there_) {
      log::warning(include == unmatched_.end() ? "--include and --exclude leave nothing to restore"
                                               : to_text(*include) + " matches nothing");
    } else if (std::all_of(batches_.heads().begin(), batches_.heads().end(),
                           [&](const auto& head) { return head.processed_at > rules_.at; })) {
      log::warning("nothing was stored by " + text::format_timestamp(rules_.at) + " (--at)");
    }
  }

  void complain(const std::string& why) { stored_.complain(Error(ErrorCode::partly_done, why)); }

  [[nodiscard]] std::string shown(std::string_view path) const {
    return in_quotes((result_.to + "/").append(path));
  }

  void restore_tree(archive::Tree tree) {
    const archive::SeriesKey key{tree.producer, tree.batch_name, "", ""};
    const std::string& folder = layout_.folder_of(key);
    note_wanted(tree);
    for (const archive::HiddenFile& file : tree.hidden) {
      if (is_wanted(file.path)) warn_of_hidden(file);
    }
    restore_files(folder, std::move(tree.files));
    for (const std::string& path : tree.folders) {
      if (is_wanted(path)) restore_folder(folder + path);
    }
  }

  void restore_files(const std::string& folder, std::vector<archive::CurrentFile> files) {
    for (archive::CurrentFile& file : files) {
      if (!is_wanted(file.file.path)) continue;
      platform::stop_soon_if_signalled();
      show_progress();
      if (copier_.is_full()) finish_next();
      restore_file(folder, std::move(file.file), batches_.heads()[file.batch]);
    }
    finish_all();
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

  void restore_file(const std::string& folder, RecordedFile file, const SeriesBatch& batch) {
    if (!is_unclaimed(folder + file.path, file, batch)) return;
    with_fallback_name(folder, file, batch, [&] {
      RelativePath place = place_of(folder + file.path);
      const bool is_similar = names_.note(place.str());
      if (is_similar) refuse_other_spelling(place);
      const bool is_free = !is_similar && destination_ && destination_->was_empty();
      if (!is_needed(place, file, batch, is_free)) return;
      auto out = std::make_unique<Destination::NewFile>(*destination_, place);
      const platform::FileTime modified = file_time_of(file, batch);
      const bool is_kept = is_free && rules_.overwrite != Overwrite::always;
      const Replace replace = is_kept ? Replace::no : replace_;
      copier_.push(
          {std::move(file), &batch, &folder, modified, std::move(out), replace, false, {}});
    });
  }

  void finish_all() {
    while (!copier_.is_empty()) {
      platform::stop_soon_if_signalled();
      finish_next();
    }
  }

  void finish_next() {
    Copy copy = copier_.pop();
    with_fallback_name(*copy.folder, copy.file, *copy.batch, [&] {
      if (copy.is_whole) return put(*copy.out, copy.replace, copy.file, copy.time_error);
      const RelativePath place = copy.out->place();
      copy.out.reset();
      restore_alone(place, copy.file, *copy.batch);
    });
  }

  /// Restores the file under its stored name if the file system cannot hold its own, and complains
  /// if that does not work, either.
  template <typename Restore>
  void with_fallback_name(const std::string& folder, const RecordedFile& file,
                          const SeriesBatch& batch, const Restore& restore) {
    try {
      try {
        restore();
      } catch (const restore::NameRefused& refused) {
        const std::string stored_name = folder + file.stored_path;
        log::warning(fmt::format("{}: {} is restored as {}", refused.what(), in_quotes(file.path),
                                 shown(stored_name)));
        const RelativePath place = place_of(stored_name);
        names_.note(place.str());
        finish_all();  // one of them may be there
        if (is_needed(place, file, batch, false)) restore_alone(place, file, batch);
      }
    } catch (const restore::NameRefused& refused) {
      complain(refused.what());
    } catch (const Error& error) {
      if (error.code() != ErrorCode::unsafe_path) throw;
      complain(fmt::format("cannot restore {}: {}", shown(folder + file.path), error.what()));
    }
  }

  /// Where names that differ in case are one, the first file must not be taken for the second.
  void refuse_other_spelling(const RelativePath& place) {
    finish_all();  // those that are looked for
    if (!destination_ || !destination_->is_under_another_name(place)) return;
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

  /// Whether the file has to be written there. `is_free`: nothing can be there. A dry run counts
  /// those that are needed.
  bool is_needed(const RelativePath& place, const RecordedFile& file, const SeriesBatch& batch,
                 bool is_free) {
    const auto there = destination_ && !is_free ? destination_->look_at(place) : std::nullopt;
    if (there && *there != file_type::regular) {
      complain_of_obstacle(place, *there);
      return false;
    }
    if (there && keeps_existing(place, file, batch)) return false;
    if (!rules_.is_dry_run) return true;
    if (stored_.open(file, batch.batch_id)) {
      log::debug([&] { return "would restore " + shown(place.str()); });
      count(file);
    }
    return false;
  }

  /// Restores one file at once, and tells what is wrong with it.
  void restore_alone(const RelativePath& place, const RecordedFile& file,
                     const SeriesBatch& batch) {
    auto stored = stored_.open(file, batch.batch_id);
    if (!stored) return;
    Destination::NewFile out(*destination_, place);
    if (!copy(*stored, out, file, batch)) return;
    std::error_code time_error;
    out.finish(file_time_of(file, batch), time_error);
    put(out, replace_, file, time_error);
  }

  void put(Destination::NewFile& out, Replace replace, const RecordedFile& file,
           const std::error_code& time_error) {
    const std::string& place = out.place().str();
    if (time_error) warn_of_time(place, time_error);
    if (!out.put(replace)) return complain_of_what_is_there(out.place());
    log::debug([&] { return "restored " + shown(place); });
    count(file);
  }

  void complain_of_obstacle(const RelativePath& place, file_type kind) {
    complain(
        fmt::format("cannot restore {}: {} is there", shown(place.str()), platform::kind_of(kind)));
  }

  void complain_of_what_is_there(const RelativePath& place) {
    const auto there = destination_->look_at(place);
    if (there && *there != file_type::regular) return complain_of_obstacle(place, *there);
    complain(shown(place.str()) + " was created by another program meanwhile, and was kept");
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
    try {
      if (restore::Copier::copy(source, out, file)) return true;
    } catch (const restore::ReadFailed& error) {
      stored_.report_unreadable(file, batch.batch_id, error);
      return false;
    }
    stored_.report_changed(file, batch.batch_id, "its SHA-256 differs");
    return false;
  }

  /// A file system that cannot store times gets the files all the same.
  void warn_of_time(const std::string& place, const std::error_code& why) {
    if (std::exchange(is_time_told_, true)) return;
    log::warning(fmt::format("cannot set the time of {}: {}; others may lack theirs, too",
                             shown(place), why.message()));
  }

  void restore_folder(const std::string& path) {
    try {
      names_.note(path);
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
  Replace replace_;
  RestoreLayout layout_;
  std::optional<Destination> destination_;
  restore::Copier copier_;
  std::optional<program::StatusLine> line_;
  FlatClaims claims_;
  restore::SimilarNames names_;
  std::vector<patterns::PathPattern> unmatched_;
  bool is_any_there_ = false;
  bool is_any_wanted_ = false;
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
