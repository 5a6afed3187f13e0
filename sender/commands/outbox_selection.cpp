#include "sender/commands/outbox_selection.hpp"

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file.hpp"
#include "sender/forge/repository.hpp"

namespace healthmetric::sender {
namespace {

constexpr const char* kNothingWaits = "nothing waits in the outbox\n";

payload::BatchId parse_id(const std::string& text) {
  auto id = payload::BatchId::parse(text);
  if (!id)
    throw Error(ErrorCode::usage,
                "invalid batch ID " + in_quotes(text) + ": 'outbox list' shows them");
  return *std::move(id);
}

[[noreturn]] void throw_unknown(const std::string& id) {
  throw Error(ErrorCode::usage, "there is no batch " + in_quotes(id) +
                                    " in the outbox; 'outbox list' shows what waits");
}

}  // namespace

BatchIds::BatchIds(program::Option::Kind kind) : OptionGroup("Which batches") {
  add({.name = "ID",
       .help = "The ID of a batch, as 'outbox list' shows it",
       .goes_to = &ids_,
       .kind = kind});
}

Options outbox_options(const SharedOptions& shared, const program::CommandLine& line, Uses uses) {
  Options options;
  shared.put_into(options, line, uses);
  if (shared.dry_run.dry_run()) {
    throw Error(ErrorCode::usage, "outbox does not take --dry-run, wherever it is set");
  }
  if (options.state_dir.empty()) options.state_dir = default_state_dir();
  return options;
}

std::string repository_to_look_at(const SharedOptions& shared, const program::CommandLine& line) {
  return line.is_on_command_line("repo") ? shared.repository.repository() : "";
}

void show(const Options& options, const text::Json& json, const std::string& text) {
  platform::print(options.json ? text::to_text(json) + "\n" : text);
}

RepositoryFilter::RepositoryFilter(const std::string& repository) {
  if (repository.empty()) return;
  const auto pasted = forge::parse_pasted_repository(repository);
  if (!pasted) {
    throw Error(ErrorCode::usage,
                "--repo: invalid repository " + in_quotes(repository) + ": expected owner/name");
  }
  repository_ = pasted->repository.str();
}

std::string RepositoryFilter::nothing_waits_in(const outbox::Outbox& outbox) const {
  if (repository_.empty()) return kNothingWaits;
  std::size_t others = 0;
  for (const outbox::Waiting where : {outbox::Waiting::in_queue, outbox::Waiting::refused}) {
    for (const outbox::OutboxEntry& entry : outbox.entries(where)) others += takes(entry) ? 0U : 1U;
  }
  if (others == 0) return kNothingWaits;
  return fmt::format("nothing waits in the outbox for {}; {} for other repositories\n",
                     printable(repository_), counted(others, "batch waits", "batches wait"));
}

bool RepositoryFilter::takes(const outbox::OutboxEntry& entry) const {
  return repository_.empty() || ascii_lower(entry.target.repository) == ascii_lower(repository_);
}

std::filesystem::path folder_of(const outbox::Outbox& outbox, const std::string& id) {
  const payload::BatchId batch = parse_id(id);
  for (const outbox::Waiting where :
       {outbox::Waiting::in_queue, outbox::Waiting::delivered, outbox::Waiting::refused}) {
    if (auto folder = outbox.find(batch, where)) return *std::move(folder);
  }
  throw_unknown(id);
}

}  // namespace healthmetric::sender
