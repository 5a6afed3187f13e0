#include "receiver/commands/compare_command.hpp"

#include <algorithm>
#include <utility>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/database/producer.hpp"
#include "common/platform/user_dirs.hpp"
#include "common/program/log.hpp"
#include "common/text/json.hpp"
#include "common/text/spelling.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::receiver {
namespace {

void check_symbols(const std::string& symbols) {
  if (!symbols.empty() && symbols.find_first_not_of("=*+-!") == std::string::npos) return;
  throw Error(ErrorCode::usage,
              fmt::format("invalid value {}: expected some of = * + - !", in_quotes(symbols)));
}

/// Hands on what is to be shown.
class ShownComparisons final : public ComparisonList {
 public:
  ShownComparisons(std::unique_ptr<ComparisonList> list, const CompareOptions& options)
      : list_(std::move(list)), options_(options) {}

  void add(const ComparedFile& file) override {
    if (options_.shows(file.comparison)) list_->add(file);
  }
  void finish() override { list_->finish(); }

 private:
  std::unique_ptr<ComparisonList> list_;
  const CompareOptions& options_;
};

/// "480 .dcm, 20 .log", the most first.
std::string to_text(const select::FilesByType& types) {
  constexpr std::size_t kMostTypes = 10;
  std::vector<std::pair<std::string, std::uint64_t>> sorted(types.begin(), types.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> texts;
  for (const auto& [type, count] : sorted) {
    if (texts.size() == kMostTypes) break;
    texts.push_back(fmt::format("{} {}", count, printable(type)));
  }
  if (texts.size() < sorted.size()) texts.emplace_back("others");
  return text::listed(texts, "and");
}

/// "12 same, 1 differs, 3 only there".
std::string counts_of(const Compared& result) {
  std::string text = fmt::format("{} same", result.count(Comparison::same));
  const auto add = [&](Comparison comparison, const char* words) {
    const std::uint64_t count = result.count(comparison);
    if (count > 0) text += fmt::format(", {} {}", count, words);
  };
  add(Comparison::differs, "different");
  add(Comparison::only_here, "only here");
  add(Comparison::only_there, "only there");
  add(Comparison::unreadable, "could not be read");
  return text;
}

std::string verdict_on(const Compared& result, const CompareRules& rules) {
  if (!result.has_all()) return "not everything here is stored";
  if (result.count(Comparison::same) == 0) return "there is nothing here to compare";
  return rules.stored_bytes == StoredBytes::verify
             ? "everything compared here is stored"
             : "everything compared here is stored according to the summaries (--quick reads no "
               "stored file)";
}

void tell_for_people(const Compared& result, const CompareRules& rules,
                     std::chrono::sys_seconds now) {
  log::info(verdict_on(result, rules) + ": " + counts_of(result));
  if (!result.unconsidered.empty()) {
    log::info(fmt::format(
        "not considered: {} ({}); --verbose names them, and --ignore-unconsidered accepts that",
        counted_files(result.unconsidered_count()), to_text(result.unconsidered)));
  }
  if (!result.newest) return log::info("the storage has no batches");
  log::info(
      fmt::format("compared with {} of {}; the newest batch in this storage was processed {}, {}",
                  result.batch_names.empty() ? "no batch" : listed_names(result.batch_names, "and"),
                  result.producers.empty() ? "no producer" : listed_names(result.producers, "and"),
                  text::format_timestamp(result.newest->processed_at),
                  human_age(now - result.newest->processed_at)));
}

/// The object whose first member, the files, is printed before.
std::string to_json_text(const Compared& result, const CompareRules& rules,
                         std::chrono::sys_seconds now, std::uint64_t faults) {
  text::Json newest;
  if (result.newest) {
    const auto age = now - result.newest->processed_at;
    newest = {{"batch_id", result.newest->batch_id},
              {"producer", result.newest->key.producer},
              {"processed_at", text::format_timestamp(result.newest->processed_at)},
              {"age_seconds", age.count()}};
  }
  text::Json types = text::Json::object();
  for (const auto& [type, count] : result.unconsidered) types[printable(type)] = count;
  text::Json counts;
  for (const Comparison comparison : kComparisons) {
    counts[name_of(comparison)] = result.count(comparison);
  }
  return text::to_text(
      {{"folder", rules.folder.string()},
       {"producers", result.producers},
       {"batch_names", result.batch_names},
       {"quick", rules.stored_bytes == StoredBytes::trust_summaries},
       {"newest_batch", newest},
       {"counts", counts},
       {"unconsidered", {{"files", result.unconsidered_count()}, {"types", types}}},
       {"errors", faults}});
}

}  // namespace

CompareOptions::CompareOptions() : OptionGroup("Comparing") {
  add({.name = "DIR",
       .value = "DIR",
       .help = "The folder that is compared with what is stored",
       .goes_to = &folder_,
       .kind = program::Option::Kind::required_operand});
  add({.name = "only",
       .value = "SIGNS",
       .help =
           "Show only these: = same, * different, + only in DIR, - only in the storage, ! could "
           "not be read (for example '+*')",
       .goes_to = &only_,
       .check = check_symbols});
  add({.name = "quick",
       .help = "Trust the summaries: do not read the stored files",
       .goes_to = &quick_});
  add({.name = "ignore-unconsidered",
       .help = "Exit with 0 even if DIR has files that were not considered, such as those of other "
               "types",
       .goes_to = &ignore_unconsidered_});
}

bool CompareOptions::shows(Comparison comparison) const {
  return only_.find(symbol_of(comparison)) != std::string::npos;
}

StoredBytes CompareOptions::stored_bytes() const {
  return quick_ ? StoredBytes::trust_summaries : StoredBytes::verify;
}

CompareCommand::CompareCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("compare", "Tell whether the files of a folder are stored"),
      shared_(std::move(shared)) {
  take(shared_->storage, compare_, shared_->patterns, selection_, shared_->batch_names, shared_->at,
       shared_->json, shared_->log);
}

CompareRules CompareCommand::rules(const program::CommandLine& line, const RunOptions& options,
                                   std::chrono::sys_seconds now) const {
  CompareRules rules;
  rules.folder = compare_.folder();
  rules.selection = selection_.rules(shared_->patterns.patterns(line));
  rules.at = shared_->at.time(now);
  rules.batches = shared_->batch_names.filter();
  rules.stored_bytes = compare_.stored_bytes();
  if (const auto state = platform::state_folder()) {
    rules.this_producer = database::known_producer(*state);
  }
  rules.shows_progress = options.verbosity != log::Verbosity::quiet;
  return rules;
}

program::ExitStatus CompareCommand::run(const program::CommandLine& line) {
  constexpr bool kChangesNothing = true;
  const RunOptions options = shared_->of_run(line, kChangesNothing);
  platform::SystemClock clock;
  const std::chrono::sys_seconds now = clock.now_seconds();
  const CompareRules compare_rules = rules(line, options, now);
  archive::StorageReader storage = open_storage_to_read(options, line);
  refuse_storage("", compare_rules.folder, options.storage);
  StoredFiles stored(storage);
  ShownComparisons list(options.json ? make_json_comparison_list() : make_comparison_lines(),
                        compare_);
  const Compared result = compare(stored, compare_rules, list, clock);
  stored.suggest_checkout(result.newest ? 1 : 0);
  if (options.json) {
    platform::print("," + to_json_text(result, compare_rules, now, stored.faults()).substr(1) +
                    "\n");
  } else {
    tell_for_people(result, compare_rules, now);
  }
  const bool is_all_considered = result.unconsidered.empty() || compare_.ignores_unconsidered();
  return result.has_all() && is_all_considered && stored.faults() == 0
             ? program::ExitStatus::success
             : program::ExitStatus::partly_done;
}

}  // namespace healthmetric::receiver
