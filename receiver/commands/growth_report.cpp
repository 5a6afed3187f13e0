#include "receiver/commands/growth_report.hpp"

#include <algorithm>
#include <array>

#include "common/archive/layout.hpp"
#include "common/archive/summary_walk.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/interruption.hpp"
#include "receiver/watch/inbox_content.hpp"

namespace healthmetric::receiver {
namespace {

using growth::Amount;
using growth::StorageGrowth;

constexpr std::uint64_t kMegabyte = 1'000'000;

/// GitHub recommends repositories below 1 GB, strongly below 5 GB, and sets 10 GB as the limit
/// ("Repository limits").
constexpr std::array kSizes = {1 * kGigabyte, 5 * kGigabyte, 10 * kGigabyte};

constexpr std::array<std::uint32_t, 2> kPaceDays = {30, 90};

/// A pace of fewer days tells nothing of years.
constexpr std::uint32_t kLeastPaceDays = 7;

/// Takes every summary, and what is wrong with it.
class GrowthVisitor final : public archive::SummaryVisitor {
 public:
  GrowthVisitor(StorageGrowth& growth, StoredFiles& stored) : growth_(growth), stored_(stored) {}

  void on_file(const std::string& /*path*/, const archive::RecordedBatch& batch,
               const archive::RecordedFile& file) override {
    if (growth_.takes(batch)) growth_.add_file(batch, file);
  }
  void on_summary(const std::string& path, const archive::RecordedBatch& batch) override {
    platform::stop_soon_if_signalled();
    growth_.add_summary(path, batch);
    ++summaries_;
  }
  void on_bad_summary(const std::string& path, const Error& why) override {
    stored_.complain(Error(why.code(), in_quotes(path) + ": " + why.what()));
  }
  void on_other(const std::string& path, archive::StorageReader::Entry entry) override {
    if (entry == archive::StorageReader::Entry::file) return;
    stored_.complain(Error(ErrorCode::io, in_quotes(path) + ": not a regular file"));
  }

  [[nodiscard]] std::uint64_t summaries() const { return summaries_; }

 private:
  StorageGrowth& growth_;
  StoredFiles& stored_;
  std::uint64_t summaries_ = 0;
};

void set_figures(GrowthReport& report, const StorageGrowth& growth) {
  report.batches = growth.batches();
  report.stored = growth.stored();
  report.repeated = growth.repeats().repeated();
  report.repeated_is_exact = growth.repeats().is_exact();
  report.widest = growth.folders().widest();
  report.widest_is_exact = growth.folders().is_exact();
  report.months = growth.months();
  report.batch_names = growth.batch_names();
  report.producers = growth.producers();
  for (const std::uint32_t days : kPaceDays) report.paces.push_back(growth.pace(days));
}

void ask_git(GrowthReport& report, const StoredFiles& stored, bool is_now) {
  std::string why;
  if (is_now) {
    report.repository = repository_size(stored.storage().root(), why);
  } else {
    why = "git knows it as of now, and not of another time";
  }
  if (!why.empty()) {
    report.not_looked_at.push_back((report.repository ? "how much of the repository is reachable: "
                                                      : "the repository's size: ") +
                                   why);
  }
}

void look_at_rejected(GrowthReport& report, StoredFiles& stored,
                      const std::filesystem::path& inbox) {
  Amount rejected;
  const std::uint64_t faults_before = stored.faults();
  const auto complain = [&](const Error& why) { stored.complain(why); };
  const auto add_files = [&](archive::StorageReader& storage) {
    for (const auto& file : storage.files_in(archive::kRejectedFolder)) {
      if (archive::payload_of_reason(file.name).empty()) rejected.add(file.size_bytes);
    }
  };
  const auto add = [&](archive::StorageReader& storage) {
    watch::look_into_folders([&] { add_files(storage); }, complain);
  };
  add(stored.storage());
  if (inbox.empty()) {
    if (rejected.files > 0) report.rejected = rejected;
    report.not_looked_at.emplace_back(
        "the inbox branch (the size of rejected payloads): name a checkout of it with --inbox");
    return;
  }
  auto folder = watch::open_inbox(inbox, "--inbox", stored.storage(), complain);
  if (folder) add(*folder);
  if (stored.faults() == faults_before) {
    report.rejected = rejected;
  } else {
    report.not_looked_at.emplace_back("what is damaged in the inbox");
  }
}

/// What is stored once takes as much room in the repository as what was stored until now.
void look_ahead(GrowthReport& report) {
  const auto stored = static_cast<double>(report.stored.bytes);
  report.bytes_now = stored;
  const RepositorySize clone = report.repository.value_or(RepositorySize{});
  const std::uint64_t in_repository =
      clone.reachable_bytes.value_or(clone.packed_bytes + clone.loose_bytes);
  if (in_repository > 0 && report.stored.bytes > 0) {
    report.bytes_now = static_cast<double>(in_repository);
    report.packed_share = report.bytes_now / stored;
  }
  for (const growth::Pace& pace : report.paces) {
    const double a_day = pace.days < kLeastPaceDays ? 0 : pace.bytes_a_day * report.packed_share;
    std::vector<growth::Passing> passings;
    passings.reserve(kSizes.size());
    for (const std::uint64_t size : kSizes) {
      passings.push_back(growth::passing(size, report.bytes_now, a_day, report.at));
    }
    report.passings.push_back(std::move(passings));
  }
}

void advise_on_repeats(GrowthReport& report) {
  constexpr std::uint64_t kLeastShare = 5;  // one in so many bytes
  const bool is_much = report.repeated.bytes >= 10 * kMegabyte &&
                       report.repeated.bytes >= report.stored.bytes / kLeastShare;
  const auto most = std::max_element(report.producers.begin(), report.producers.end(),
                                     [](const growth::Share& a, const growth::Share& b) {
                                       return a.repeated.bytes < b.repeated.bytes;
                                     });
  if (!is_much || most == report.producers.end()) return;
  report.advice.push_back(fmt::format(
      "{} of {} repeat content that was already stored, most by {}: --changed-only there sends "
      "only what is new",
      human_bytes(report.repeated.bytes), human_bytes(report.stored.bytes), in_quotes(most->name)));
}

void advise_on_folders(GrowthReport& report) {
  if (report.widest.entries <= kMostEntries) return;
  report.advice.push_back(
      fmt::format("{} has {} entries, and GitHub recommends at most {}: put {{year}}/{{month}}/"
                  "{{day}} into --name-template",
                  in_quotes(report.widest.path), report.widest.entries, kMostEntries));
}

void advise_on_the_clone(GrowthReport& report) {
  if (!report.repository || !report.repository->reachable_bytes) return;
  const std::uint64_t all = report.repository->packed_bytes + report.repository->loose_bytes;
  const std::uint64_t reachable = *report.repository->reachable_bytes;
  if (all < reachable + 50 * kMegabyte || all < reachable + reachable / 2) return;
  report.advice.push_back(
      fmt::format("{} of this clone's {} are not reachable any more: 'git gc' makes it smaller",
                  human_bytes(all - reachable), human_bytes(all)));
}

void advise_on_rejected(GrowthReport& report) {
  if (!report.rejected || report.rejected->bytes < 100 * kMegabyte) return;
  report.advice.push_back(fmt::format(
      "{} of rejected payloads are kept: 'healthmetric-receiver status --inbox DIR' has the "
      "reasons; retry or remove them",
      human_bytes(report.rejected->bytes)));
}

void advise_on_the_size(GrowthReport& report) {
  constexpr std::chrono::days kSoon{365};
  const growth::Passing& recommended = report.passings.front().at(1);
  if (!recommended.is_passed && !(recommended.time && *recommended.time < report.at + kSoon)) {
    return;
  }
  report.advice.push_back(fmt::format(
      "GitHub recommends repositories below {} GB, which {}: begin a second repository, for "
      "example one for each year",
      recommended.bytes / kGigabyte,
      recommended.is_passed ? "this one has passed" : "this one passes within a year"));
}

}  // namespace

GrowthReport growth_of(StoredFiles& stored, const GrowthQuestion& question) {
  GrowthReport report;
  report.at = question.at;
  StorageGrowth growth(question.at);
  GrowthVisitor visitor(growth, stored);
  archive::walk_summaries(stored.storage(), visitor);
  set_figures(report, growth);
  stored.suggest_checkout(visitor.summaries());
  ask_git(report, stored, question.is_now);
  look_at_rejected(report, stored, question.inbox);
  look_ahead(report);
  advise_on_repeats(report);
  advise_on_folders(report);
  advise_on_the_clone(report);
  advise_on_rejected(report);
  advise_on_the_size(report);
  report.unreadable = stored.faults();
  return report;
}

}  // namespace healthmetric::receiver
