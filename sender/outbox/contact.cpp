#include "sender/outbox/contact.hpp"

#include "common/base/error.hpp"
#include "common/codec/digest.hpp"
#include "common/platform/file.hpp"
#include "common/program/log.hpp"
#include "common/text/json.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::outbox {
namespace {

constexpr std::uint64_t kMaxFileBytes = 4096;
constexpr std::size_t kDigestDigits = 32;
constexpr const char* kDeliveredAt = "delivered_at";
constexpr const char* kBatchId = "batch_id";
constexpr const char* kToken = "token";
constexpr const char* kExpires = "expires";

std::string digest_of(const std::string& text) {
  codec::Sha256 digest;
  digest.update(text);
  return digest.finish_hex().substr(0, kDigestDigits);
}

std::filesystem::path file_for(const std::filesystem::path& state_dir, const model::Target& target,
                               const char* suffix) {
  const std::string key = target.api_url + "\n" + target.repository + "\n" + target.branch;
  return state_dir / "contact" / (digest_of(key) + suffix);
}

std::filesystem::path delivery_file(const std::filesystem::path& state_dir,
                                    const model::Target& target) {
  return file_for(state_dir, target, ".json");
}

std::filesystem::path token_file(const std::filesystem::path& state_dir,
                                 const model::Target& target) {
  return file_for(state_dir, target, ".token.json");
}

/// Of an inbox branch and of the branch itself: each has its own batches.
std::filesystem::path asked_file(const std::filesystem::path& state_dir,
                                 const model::Target& target) {
  return file_for(state_dir, target,
                  target.inbox_branch.empty() ? ".asked.json" : ".inbox-asked.json");
}

/// Null if there is none, or none that can be read.
text::Json read_note(const std::filesystem::path& file) {
  if (!platform::file_state(file)) return nullptr;
  try {
    return text::parse_json(platform::read_file(file, kMaxFileBytes), file.string());
  } catch (const Error& error) {
    log::debug("passed over: " + std::string(error.what()));
    return nullptr;
  }
}

std::optional<std::chrono::sys_seconds> time_in(const text::Json& note, const char* key) {
  return text::parse_timestamp(text::string_member(note, key));
}

void write_note(const std::filesystem::path& file, const text::Json& note) {
  try {
    platform::create_private_directories(file.parent_path());
    platform::write_file_atomically(file, text::to_pretty_text(note));
  } catch (const Error& error) {
    log::warning("not recorded, for --heartbeat, --warn-after and the end of the token: " +
                 std::string(error.what()));
  }
}

}  // namespace

std::optional<std::chrono::sys_seconds> last_delivery(const std::filesystem::path& state_dir,
                                                      const model::Target& target,
                                                      std::chrono::sys_seconds now) {
  const auto time = time_in(read_note(delivery_file(state_dir, target)), kDeliveredAt);
  return time && *time <= now ? time : std::nullopt;
}

void record_delivery_time(const std::filesystem::path& state_dir, const model::Target& target,
                          std::chrono::sys_seconds now) {
  write_note(delivery_file(state_dir, target), {{kDeliveredAt, text::format_timestamp(now)}});
}

std::optional<std::chrono::sys_seconds> known_token_expiry(const std::filesystem::path& state_dir,
                                                           const model::Target& target,
                                                           const std::string& token) {
  const text::Json note = read_note(token_file(state_dir, target));
  if (text::string_member(note, kToken) != digest_of(token)) return {};
  return time_in(note, kExpires);
}

void record_token_expiry(const std::filesystem::path& state_dir, const model::Target& target,
                         const std::string& token, std::chrono::sys_seconds expires) {
  write_note(token_file(state_dir, target),
             {{kToken, digest_of(token)}, {kExpires, text::format_timestamp(expires)}});
}

std::string last_asked(const std::filesystem::path& state_dir, const model::Target& target) {
  return text::string_member(read_note(asked_file(state_dir, target)), kBatchId);
}

void record_last_asked(const std::filesystem::path& state_dir, const model::Target& target,
                       const std::string& batch_id) {
  write_note(asked_file(state_dir, target), {{kBatchId, batch_id}});
}

}  // namespace healthmetric::outbox
