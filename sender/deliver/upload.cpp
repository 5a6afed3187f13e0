#include "sender/deliver/upload.hpp"

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/codec/base64.hpp"
#include "common/platform/file.hpp"
#include "common/program/log.hpp"
#include "sender/deliver/inbox_branch.hpp"
#include "sender/deliver/receipts.hpp"

namespace healthmetric::deliver {
namespace {

/// How many inbox branches one delivery may find deleted, the last one included.
constexpr int kMostInboxes = 4;

/// One batch must start one run: payload commits start none by themselves, except the last one
/// where the push is the trigger.
std::string commit_message(const outbox::OutboxEntry& entry, std::size_t part) {
  const std::size_t parts = entry.parts.size();
  const bool starts_a_run = entry.target.trigger == model::Trigger::push && part + 1 == parts;
  return fmt::format("Add batch {}{}{}", entry.id.str(),
                     parts == 1 ? "" : fmt::format(", part {} of {}", part + 1, parts),
                     starts_a_run ? "" : " [skip ci]");
}

/// A pointer to the batch, never its data.
text::Json client_payload(const outbox::OutboxEntry& entry) {
  text::Json pointer = {{"batch_id", entry.id.str()}, {"batch_name", entry.batch_name},
                        {"total_files", entry.files}, {"parts", entry.parts.size()},
                        {"ref", entry.target.branch}, {"sender_host", entry.sender_host}};
  if (!entry.target.inbox_branch.empty()) pointer["inbox"] = entry.target.inbox_branch;
  return pointer;
}

void start_receiver(forge::Forge& forge, const outbox::OutboxEntry& entry) {
  const model::Target& target = entry.target;
  if (!forge.start_workflow({target.trigger, target.branch, client_payload(entry)})) return;
  log::debug("started the receiver's workflow (" + std::string(model::to_text(target.trigger)) +
             ")");
}

/// What a broken disk or a careless hand left of a payload must not be taken for delivered.
void check_undamaged(const std::filesystem::path& payload, std::uint64_t size_bytes) {
  const std::uint64_t found = platform::InputFile(payload).state().size_bytes;
  if (found == size_bytes) return;
  throw Error(ErrorCode::io,
              fmt::format("{} is damaged: it has {} bytes, not {}; remove the batch "
                          "with 'healthmetric-sender outbox drop {}', then its files "
                          "count as unsent",
                          in_quotes(payload.string()), found, size_bytes,
                          payload.parent_path().filename().string()));
}

std::string_view to_text(forge::Forge::Put put) {
  switch (put) {
    case forge::Forge::Put::created:
      return "delivered";
    case forge::Forge::Put::already_there:
      return "was already there:";
    case forge::Forge::Put::already_received:
      return "was already there, and is received by now:";
  }
  return "";
}

/// How far the batch is before a part is sent: what is delivered counts as done, whichever run did
/// it.
model::Step sending_step(const outbox::OutboxEntry& entry, std::size_t part) {
  model::Step step{model::Step::Phase::sending, part + 1, entry.parts.size()};
  for (std::size_t i = 0; i < entry.parts.size(); ++i) {
    const std::uint64_t bytes = base64::encoded_size_64(entry.parts[i].size_bytes);
    std::uint64_t& sum = entry.parts[i].delivered ? step.past_bytes
                         : i == part              ? step.total_bytes
                                                  : step.rest_bytes;
    sum += bytes;
  }
  return step;
}

/// Which of the parts not recorded as delivered may be there all the same.
enum class Doubt { none, first, all };

void send_parts(forge::Forge& forge, outbox::OutboxEntry& entry, Doubt doubt,
                model::Progress& progress) {
  for (std::size_t i = 0; i < entry.parts.size(); ++i) {
    outbox::OutboxPart& part = entry.parts[i];
    if (part.delivered) continue;
    const std::filesystem::path payload = entry.folder / part.filename;
    check_undamaged(payload, part.size_bytes);
    progress.begin(sending_step(entry, i));
    const forge::Forge::NewFile file{
        archive::in_repository(archive::inbox_path(part.filename).str()), payload,
        commit_message(entry, i), [&] { return is_stored(forge, entry.target, entry.id); }};
    std::optional<forge::Forge::Put> put;
    if (doubt != Doubt::none) put = forge.settled(file);
    if (doubt == Doubt::first) doubt = Doubt::none;
    if (!put) put = forge.create_file(file);
    part.delivered = true;
    outbox::Outbox::save(entry);
    log::debug(
        fmt::format("{} {} ({})", to_text(*put), part.filename, human_bytes(part.size_bytes)));
  }
}

/// Whether the branch was missing, and has been created. There may be no such repository for us:
/// then what the upload was told says it better.
bool begin_inbox(forge::Forge& forge, const model::Target& target, const Error& told) {
  try {
    return ensure_inbox_branch(forge, target);
  } catch (const Error& failure) {
    if (failure.code() == ErrorCode::not_found) throw told;
    throw;
  }
}

/// The branch may be missing from the beginning, or be deleted between two parts, even if it has
/// just been created: then what was recorded as delivered went with it.
void send_parts_to_inbox(forge::Forge& forge, outbox::OutboxEntry& entry, Doubt doubt,
                         model::Progress& progress) {
  for (int attempt = 1;; ++attempt) {
    try {
      return send_parts(forge, entry, doubt, progress);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found || attempt == kMostInboxes) throw;
      if (!begin_inbox(forge, entry.target, error) && attempt > 1) throw;
    }
    for (outbox::OutboxPart& part : entry.parts) part.delivered = false;
    outbox::Outbox::save(entry);
    doubt = Doubt::all;
  }
}

}  // namespace

void upload_batch(forge::Forge& forge, outbox::OutboxEntry& entry, Begun begun,
                  model::Progress& progress) {
  const Doubt doubt = begun == Begun::perhaps ? Doubt::first : Doubt::none;
  if (entry.target.inbox_branch.empty()) {
    send_parts(forge, entry, doubt, progress);
  } else {
    send_parts_to_inbox(forge, entry, doubt, progress);
  }
  progress.begin({model::Step::Phase::starting});
  start_receiver(forge, entry);
}

}  // namespace healthmetric::deliver
