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
constexpr const char* kDeliveredAt = "delivered_at";

std::filesystem::path contact_file(const std::filesystem::path& state_dir,
                                   const model::Target& target) {
  codec::Sha256 digest;
  for (const std::string& text : {target.api_url, target.repository, target.branch}) {
    digest.update(text + "\n");
  }
  return state_dir / "contact" / (digest.finish_hex().substr(0, 32) + ".json");
}

}  // namespace

std::optional<std::chrono::sys_seconds> last_delivery(const std::filesystem::path& state_dir,
                                                      const model::Target& target,
                                                      std::chrono::sys_seconds now) {
  const std::filesystem::path file = contact_file(state_dir, target);
  if (!platform::file_state(file)) return {};
  try {
    const text::Json json = text::parse_json(platform::read_file(file, kMaxFileBytes), "it");
    const auto time = text::parse_timestamp(text::string_member(json, kDeliveredAt));
    return time && *time <= now ? time : std::nullopt;
  } catch (const Error& error) {
    log::debug("the time of the last delivery is not known: " + std::string(error.what()));
    return {};
  }
}

void record_contact(const std::filesystem::path& state_dir, const model::Target& target,
                    std::chrono::sys_seconds now) {
  const std::filesystem::path file = contact_file(state_dir, target);
  try {
    platform::create_private_directories(file.parent_path());
    platform::write_file_atomically(
        file, text::to_pretty_text({{kDeliveredAt, text::format_timestamp(now)}}));
  } catch (const Error& error) {
    log::warning("the time of this delivery is not recorded, for --heartbeat: " +
                 std::string(error.what()));
  }
}

}  // namespace healthmetric::outbox
