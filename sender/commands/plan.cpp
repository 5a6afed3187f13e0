#include "sender/commands/plan.hpp"

#include <algorithm>
#include <set>

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/codec/base64.hpp"
#include "common/platform/file.hpp"
#include "common/text/json.hpp"
#include "sender/commands/named_source.hpp"
#include "sender/commands/packing_options.hpp"
#include "sender/commands/packing_result.hpp"
#include "sender/deliver/changed_files.hpp"
#include "sender/deliver/gone_files.hpp"
#include "sender/deliver/heartbeat.hpp"
#include "sender/forge/forge_type.hpp"
#include "sender/forge/repository.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {
namespace {

/// The repository of such a run; "" where nothing names one.
std::string target_of(const Options& options) {
  if (!options.output.empty()) return archive::inbox_in(options.output).string();
  const auto chosen = forge::choose_repository(
      options.repository, http::api_root(options.api_url, options.api_url_place));
  return chosen ? chosen->str() : "";
}

/// What a run knows of earlier ones, read without a change to the state directory, which need not
/// exist.
class KnownState {
 public:
  KnownState(const Options& options, const std::string& repository, platform::Clock& clock)
      : options_(options), target_(options.target_in(repository)), clock_(clock) {
    std::error_code error;
    if (!options.state_dir.empty() &&
        std::filesystem::is_directory(options.state_dir / "outbox", error)) {
      queued_ = outbox::Outbox(options.state_dir).entries(outbox::Waiting::in_queue);
    }
  }

  std::uint64_t skip_what_was_sent(select::ScanResult& files) {
    if (options_.changes == Changes::send_all) return 0;
    outbox::SentFiles sent = outbox::SentFiles::read_only(options_.state_dir, target_);
    deliver::add_queued(sent, queued_, target_);
    return deliver::skip_unchanged(files, sent, clock_);
  }

  /// What cannot be read is not known to be gone, as in the run.
  deliver::GoneFiles find_gone(const select::ScanResult& files) {
    const auto source = source_folder(options_);
    if (!source || options_.state_dir.empty() || !options_.output.empty()) return {};
    try {
      outbox::SentFiles sent = outbox::SentFiles::read_only(options_.state_dir, target_);
      return deliver::find_gone(files, *source, sent, queued_, target_);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::io) throw;
      return {};
    }
  }

  [[nodiscard]] bool is_heartbeat_due() const {
    return options_.heartbeat && !deliver::has_waiting(queued_, target_) &&
           deliver::is_heartbeat_due(options_.state_dir, target_, *options_.heartbeat,
                                     clock_.now_seconds());
  }

 private:
  const Options& options_;
  model::Target target_;
  platform::Clock& clock_;
  std::vector<outbox::OutboxEntry> queued_;
};

/// The deletions that the run would record.
std::vector<payload::RelativePath> list_gone(Plan& plan, const Options& options,
                                             deliver::GoneFiles gone) {
  if (!gone.is_all() || options.allow_empty) return std::move(gone.paths);
  plan.nothing_left = nothing_is_left(gone.paths.size(),
                                      source_folder(options).value_or(pack::SourceFolder{}).folder);
  return {};
}

void list_files(Plan& plan, const select::ScanResult& scanned) {
  std::set<std::string_view> not_packed;
  for (const select::Skipped& file : plan.skipped) not_packed.insert(file.file.path);
  for (const select::SourceFile file : scanned.files) {
    if (not_packed.contains(file.path.str())) continue;
    std::error_code error;
    const std::uint64_t size =
        file.is_in_memory() ? scanned.text.size() : platform::file_size(file.location(), error);
    plan.files.push_back({file.path.str(), error ? 0 : size});
  }
}

std::string duration_text(std::chrono::seconds duration) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(duration).count();
  if (duration < std::chrono::minutes(2)) return fmt::format("{} s", duration.count());
  return fmt::format("{} min", minutes);
}

}  // namespace

Plan make_plan(const Options& options, platform::Clock& clock, model::Progress& progress) {
  Plan plan;
  plan.target = target_of(options);
  plan.branch = options.branch;
  plan.inbox_branch = options.inbox_branch;
  plan.folder = searched_folder(options);
  select::ScanResult scanned = scan(options);
  plan.unmatched_patterns = unmatched_patterns(options, scanned);
  KnownState known(options, plan.target, clock);
  pack::PackOptions packing = pack_options_of_plan(options, clock);
  packing.gone = list_gone(plan, options, known.find_gone(scanned));
  plan.unchanged = known.skip_what_was_sent(scanned);
  packing.is_heartbeat_due = known.is_heartbeat_due();
  pack::PackedBatch batch = pack::pack(scanned, {}, packing, progress);
  plan.batch_name = packing.id.slug;
  plan.is_heartbeat = batch.is_heartbeat();
  for (std::size_t i = 0; i < batch.gone; ++i) plan.gone.push_back(packing.gone[i].str());
  plan.skipped = std::move(batch.skipped);
  list_files(plan, scanned);
  plan.size_bytes = batch.size_bytes;
  plan.parts = batch.parts.size();
  for (const pack::PackedPart& part : batch.parts) {
    plan.payload_bytes += part.size_bytes;
    if (options.output.empty()) plan.upload_bytes += base64::encoded_size_64(part.size_bytes);
  }
  if (plan.parts > 0 && options.output.empty()) {
    const http::Url api = http::api_root(options.api_url, options.api_url_place);
    const forge::ForgeType& type = forge::type_of(api);
    const forge::Cost cost = type.cost_of(plan.parts, {options.trigger, options.branch, {}});
    plan.requests = cost.requests;
    plan.least_duration = cost.least_duration;
  }
  plan.status = status_of_packing(options, plan.skipped, plan.parts, plan.unchanged);
  if (!plan.nothing_left.empty()) {
    plan.status = program::more_important(plan.status, program::ExitStatus::partly_done);
  }
  return plan;
}

std::string to_text(const Plan& plan) {
  std::string text;
  const auto row = [&text](std::string_view name, const std::string& value) {
    text += fmt::format("{:<9} {}\n", name, value);
  };
  row("batch", plan.batch_name);
  row("to",
      plan.target.empty()
          ? "no repository yet: name it with --repo owner/name"
          : printable(plan.target + (plan.branch.empty() ? "" : ", branch " + plan.branch) +
                      (plan.inbox_branch.empty() ? "" : ", inbox branch " + plan.inbox_branch)));
  for (const std::string& pattern : plan.unmatched_patterns)
    row("note", pattern + " matches nothing");
  if (!plan.nothing_left.empty()) row("error", plan.nothing_left);
  if (plan.parts == 0)
    return text + nothing_to_send(plan.folder, plan.skipped, plan.unchanged) + "\n";
  row("files", plan.is_heartbeat ? "none: a heartbeat, as nothing was delivered for a while"
                                 : fmt::format("{}, {}", counted_files(plan.files.size()),
                                               human_bytes(plan.size_bytes)));
  if (!plan.gone.empty()) row("gone", counted_files(plan.gone.size()));
  if (plan.unchanged > 0) row("unchanged", counted_files(plan.unchanged));
  if (!plan.skipped.empty()) row("skipped", counted(plan.skipped.size(), "path", "paths"));
  row("payload",
      fmt::format("{}, {}", counted(plan.parts, "part", "parts"), human_bytes(plan.payload_bytes)));
  if (plan.requests > 0) {
    row("upload", fmt::format("{}, {}{}", human_bytes(plan.upload_bytes),
                              counted(plan.requests, "request", "requests"),
                              plan.least_duration.count() == 0
                                  ? ""
                                  : ", at least " + duration_text(plan.least_duration) +
                                        " under GitHub's limits"));
  }
  return text;
}

std::string files_text(const Plan& plan, std::size_t most) {
  std::string text;
  const auto add_lines = [&](std::string_view verb, const auto& files, auto line_of) {
    const std::size_t shown = std::min(files.size(), most);
    for (std::size_t i = 0; i < shown; ++i) {
      text += fmt::format("{:<9} {}\n", verb, line_of(files[i]));
    }
    if (shown < files.size()) {
      text += fmt::format("{:<9} ... and {} more\n", verb, files.size() - shown);
    }
  };
  add_lines("send", plan.files, [](const PlannedFile& file) {
    return fmt::format("{} ({})", printable(file.path), human_bytes(file.size_bytes));
  });
  add_lines("gone", plan.gone, [](const std::string& path) { return printable(path); });
  add_lines("skip", plan.skipped, [](const select::Skipped& file) {
    return printable(file.file.path) + ": " + printable(file.file.reason);
  });
  return text;
}

std::string to_json_text(const Plan& plan) {
  text::Json json;
  json["status"] = "planned";
  json["exit_status"] = static_cast<int>(plan.status);
  json["batch_name"] = plan.batch_name;
  json["target"] = plan.target.empty() ? text::Json(nullptr) : text::Json(printable(plan.target));
  json["branch"] = plan.branch.empty() ? text::Json(nullptr) : text::Json(plan.branch);
  json["inbox_branch"] =
      plan.inbox_branch.empty() ? text::Json(nullptr) : text::Json(plan.inbox_branch);
  json["files"] = text::Json::array();
  for (const PlannedFile& file : plan.files) {
    json["files"].push_back({{"path", file.path}, {"bytes", file.size_bytes}});
  }
  json["gone"] = plan.gone;
  json["heartbeat"] = plan.is_heartbeat;
  json["unchanged"] = plan.unchanged;
  json["skipped"] = skipped_json(plan.skipped);
  json["unmatched_patterns"] = plan.unmatched_patterns;
  json["bytes"] = plan.size_bytes;
  json["payload_bytes"] = plan.payload_bytes;
  json["upload_bytes"] = plan.upload_bytes;
  json["parts"] = plan.parts;
  json["requests"] = plan.requests;
  json["least_seconds"] = plan.least_duration.count();
  return healthmetric::text::to_text(json);
}

}  // namespace healthmetric::sender
