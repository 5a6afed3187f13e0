#include "receiver/commands/comparing.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "common/archive/stored_batches.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/codec/digest.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/log.hpp"
#include "common/program/status_line.hpp"
#include "common/select/folder_scan.hpp"
#include "common/text/spelling.hpp"

namespace healthmetric::receiver {
namespace {

using archive::CurrentFile;
using archive::SeriesBatch;

/// A folder may have more than one batch can take.
payload::Limits no_limits() {
  constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();
  return {kAny, kAny, kAny};
}

select::ScanResult scan(const CompareRules& rules) {
  std::error_code error;
  const auto type = std::filesystem::status(rules.folder, error).type();
  if (type != std::filesystem::file_type::directory &&
      type != std::filesystem::file_type::not_found && !error) {
    throw Error(ErrorCode::usage, in_quotes(rules.folder.string()) + " is not a folder");
  }
  return select::scan_folder(rules.folder, rules.selection, no_limits());
}

/// Which of the producers in the storage is meant, if none was named.
std::set<std::string> choose_producer(const std::set<std::string>& all,
                                      const std::string& this_producer) {
  if (all.contains(this_producer)) return {this_producer};
  if (all.size() <= 1) return all;
  throw Error(ErrorCode::usage,
              "the storage has files of several producers: choose with --producer: " +
                  listed_names(all, "or"));
}

class Comparer {
 public:
  Comparer(StoredFiles& stored, const CompareRules& rules, ComparisonList& list,
           platform::Clock& clock)
      : stored_(stored),
        rules_(rules),
        list_(list),
        batches_(stored.storage(), [this](const Error& why) { stored_.complain(why); }) {
    if (rules.shows_progress) line_.emplace(clock);
  }

  Compared run() {
    const select::ScanResult here = scan(rules_);
    result_.unconsidered = select::unconsidered_files(rules_.folder, here);
    read_batches();
    read_state();
    compare_all(here);
    line_.reset();
    list_.finish();
    return std::move(result_);
  }

 private:
  void read_batches() {
    std::set<std::string> producers;
    batches_.add_all([&](const archive::RecordedBatch& batch) {
      const SeriesBatch head = archive::head_of(batch);
      if (!result_.newest || head.processed_at > result_.newest->processed_at) {
        result_.newest = head;
      }
      const bool is_wanted = rules_.batches.takes(batch);
      if (is_wanted) producers.insert(head.key.producer);
      return is_wanted;
    });
    const bool is_any_named = !rules_.batches.producers.empty() || !rules_.batches.names.empty();
    if (is_any_named && producers.empty()) rules_.batches.refuse(stored_);
    result_.producers = rules_.batches.producers.empty()
                            ? choose_producer(producers, rules_.this_producer)
                            : producers;
  }

  [[nodiscard]] bool is_chosen(const std::string& producer) const {
    return result_.producers.contains(producer);
  }

  /// The trees in one: of the files with one path any may be the same as that in the folder.
  void read_state() {
    const auto read = [&](std::size_t batch) {
      return is_chosen(batches_.heads()[batch].key.producer) ? batches_.read(batch)
                                                             : archive::BatchContent{};
    };
    archive::for_each_tree(batches_.heads(), rules_.at, read, [&](archive::Tree&& tree) {
      if (!is_chosen(tree.producer)) return;
      result_.batch_names.insert(tree.batch_name);
      std::move(tree.files.begin(), tree.files.end(), std::back_inserter(there_));
    });
    std::stable_sort(there_.begin(), there_.end(), [](const CurrentFile& a, const CurrentFile& b) {
      return a.file.path < b.file.path;
    });
  }

  /// Merges three lists that are sorted by path: the files here, those that cannot be read, and the
  /// files there.
  void compare_all(const select::ScanResult& here) {
    auto there = there_.cbegin();
    auto faulty = here.skipped.cbegin();
    for (const select::SourceFile file : here.files) {
      platform::stop_soon_if_signalled();
      report_faulty_before(&file.path.str(), faulty, here.skipped.cend(), there);
      report_missing_before(&file.path.str(), there);
      compare_file(file, take_candidates(file.path.str(), there));
    }
    report_faulty_before(nullptr, faulty, here.skipped.cend(), there);
    report_missing_before(nullptr, there);
  }

  using There = std::vector<CurrentFile>::const_iterator;
  using Skips = std::vector<select::Skipped>::const_iterator;

  struct Candidates {
    There begin;
    There end;
  };

  /// The stored files with that path, which `there` has come to.
  Candidates take_candidates(const std::string& path, There& there) {
    const There begin = there;
    while (there != there_.cend() && there->file.path == path) ++there;
    return {begin, there};
  }

  /// Those with a path before `path`; null: all that are left.
  void report_missing_before(const std::string* path, There& there) {
    while (there != there_.cend() && (path == nullptr || there->file.path < *path)) {
      platform::stop_soon_if_signalled();
      const Candidates same_path = take_candidates(there->file.path, there);
      report(Comparison::only_there, same_path.begin->file.path, &*same_path.begin);
    }
  }

  void report_faulty_before(const std::string* path, Skips& skip, Skips end, There& there) {
    for (; skip != end && (path == nullptr || skip->file.path < *path); ++skip) {
      if (skip->cause != select::SkipCause::by_error) continue;
      const std::string& faulty = skip->file.path;
      report_missing_before(&faulty, there);
      const Candidates stored = take_candidates(faulty, there);
      stored_.complain(Error(ErrorCode::io, fmt::format("cannot compare {}: {}", in_quotes(faulty),
                                                        skip->file.reason)));
      report(Comparison::unreadable, faulty, stored.begin == stored.end ? nullptr : &*stored.begin);
    }
  }

  void compare_file(const select::SourceFile& here, const Candidates& stored) {
    show_progress();
    const std::string& path = here.path.str();
    if (stored.begin == stored.end) return report(Comparison::only_here, path, nullptr);
    try {
      compare_contents(here, stored);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::io) throw;
      stored_.complain(error);
      report(Comparison::unreadable, path, &*stored.begin);
    }
  }

  void compare_contents(const select::SourceFile& here, const Candidates& stored) {
    platform::InputFile file(here.location());
    const std::uint64_t size_bytes = file.state().size_bytes;
    const auto has_size = [&](const CurrentFile& there) {
      return there.file.size_bytes == size_bytes;
    };
    const std::string& path = here.path.str();
    if (std::none_of(stored.begin, stored.end, has_size)) {
      return report(Comparison::differs, path, &*stored.begin);
    }
    const std::string sha256 = codec::sha256_of(file);
    bytes_ += size_bytes;
    const CurrentFile* damaged = nullptr;
    for (auto there = stored.begin; there != stored.end; ++there) {
      if (there->file.sha256 != sha256) continue;
      if (is_intact(*there)) return report(Comparison::same, path, &*there);
      damaged = &*there;
    }
    if (damaged != nullptr) return report(Comparison::unreadable, path, damaged);
    report(Comparison::differs, path, &*stored.begin);
  }

  /// False, after reporting it, if the stored bytes are not what the summary says.
  bool is_intact(const CurrentFile& there) {
    if (rules_.stored_bytes == StoredBytes::trust_summaries) return true;
    const std::string& batch_id = batches_.heads()[there.batch].batch_id;
    auto file = stored_.open(there.file, batch_id);
    if (!file) return false;
    try {
      if (codec::sha256_of(*file) == there.file.sha256) return true;
      stored_.report_changed(there.file, batch_id, "its SHA-256 differs");
    } catch (const Error& error) {
      if (error.code() != ErrorCode::io) throw;
      stored_.report_unreadable(there.file, batch_id, error);
    }
    return false;
  }

  void report(Comparison comparison, const std::string& path, const CurrentFile* there) {
    ++result_.counts.at(static_cast<std::size_t>(comparison));
    ComparedFile compared{comparison, path};
    if (there != nullptr) {
      compared.stored = &there->file;
      compared.batch = &batches_.heads()[there->batch];
    }
    list_.add(compared);
  }

  void show_progress() {
    if (!line_) return;
    line_->show([&] {
      return fmt::format("comparing: {}, {}", counted_files(result_.count(Comparison::same)),
                         human_bytes(bytes_));
    });
  }

  StoredFiles& stored_;
  const CompareRules& rules_;
  ComparisonList& list_;
  archive::StoredBatches batches_;
  std::vector<CurrentFile> there_;
  std::optional<program::StatusLine> line_;
  std::uint64_t bytes_ = 0;
  Compared result_;
};

}  // namespace

std::string listed_names(const std::set<std::string>& names, std::string_view conjunction) {
  constexpr std::size_t kMostNamed = 10;
  std::vector<std::string> listed;
  for (const std::string& name : names) {
    if (listed.size() == kMostNamed) {
      listed.push_back(fmt::format("{} more", names.size() - kMostNamed));
      break;
    }
    listed.push_back(in_quotes(name));
  }
  return text::listed(listed, conjunction);
}

std::uint64_t Compared::unconsidered_count() const {
  std::uint64_t sum = 0;
  for (const auto& [type, count] : unconsidered) sum += count;
  return sum;
}

Compared compare(StoredFiles& stored, const CompareRules& rules, ComparisonList& list,
                 platform::Clock& clock) {
  return Comparer(stored, rules, list, clock).run();
}

}  // namespace healthmetric::receiver
