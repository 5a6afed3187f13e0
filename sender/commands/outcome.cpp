#include "sender/commands/outcome.hpp"

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/program/log.hpp"
#include "common/text/json.hpp"
#include "sender/commands/packing_result.hpp"
#include "sender/forge/forge_type.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {
namespace {

std::string_view to_text(Outcome::State state) {
  switch (state) {
    case Outcome::State::sent:
      return "sent";
    case Outcome::State::stored:
      return "stored";
    case Outcome::State::rejected:
      return "rejected";
    case Outcome::State::written:
      return "written";
    case Outcome::State::queued:
      return "queued";
    case Outcome::State::refused:
      return "refused";
    case Outcome::State::empty:
      return "empty";
  }
  return "";
}

}  // namespace

std::string runs_page(const Options& options, const std::string& repository) {
  const http::Url api = http::api_root(options.api_url, options.api_url_place);
  return forge::type_of(api).runs_page(api, repository);
}

std::string to_line(const Outcome& outcome) {
  if (outcome.state == Outcome::State::empty) {
    return nothing_to_send(outcome.folder, outcome.skipped, outcome.unchanged);
  }
  const std::string content =
      outcome.is_heartbeat ? "heartbeat"
                           : counted_files(outcome.files) + ", " + human_bytes(outcome.size_bytes);
  return fmt::format("{} {}: {}, {}, to {}{}", to_text(outcome.state), outcome.batch_id, content,
                     counted(outcome.payloads.size(), "payload", "payloads"),
                     printable(outcome.target),
                     (outcome.gone > 0 ? fmt::format("; gone {}", outcome.gone) : "") +
                         not_packed(outcome.skipped, outcome.unchanged));
}

std::string what_next(const Options& options, const Outcome& outcome) {
  const http::Url api = http::api_root(options.api_url, options.api_url_place);
  switch (outcome.state) {
    case Outcome::State::sent:
      return "Watch the receiver at " + runs_page(options, outcome.target) + "\n";
    case Outcome::State::stored:
      return "It is stored; see " + forge::type_of(api).repository_page(api, outcome.target) + "\n";
    case Outcome::State::rejected:
      return "It is kept in the repository, in _storage/rejected/, with the reason.\n";
    case Outcome::State::queued:
      return "It waits in the outbox; the next run to the same repository and branch delivers "
             "it.\n";
    case Outcome::State::refused:
      return "It is kept in the outbox's refused/ folder: " +
             (options.state_dir / "outbox" / "refused").string() + "\n";
    case Outcome::State::written:
      return "Run healthmetric-receiver in " + options.output.string() + " to unpack it.\n";
    case Outcome::State::empty:
      return "";
  }
  return "";
}

std::string to_json_text(const Outcome& outcome) {
  text::Json json;
  const bool has_batch = outcome.state != Outcome::State::empty;
  json["status"] = to_text(outcome.state);
  json["exit_status"] = static_cast<int>(outcome.status);
  json["batch_id"] = has_batch ? text::Json(outcome.batch_id) : text::Json(nullptr);
  json["target"] = outcome.target;
  json["files"] = outcome.files;
  json["bytes"] = outcome.size_bytes;
  json["unchanged"] = outcome.unchanged;
  json["gone"] = outcome.gone;
  json["heartbeat"] = outcome.is_heartbeat;
  json["reason"] =
      outcome.reason.empty() ? text::Json(nullptr) : text::Json(log::redacted(outcome.reason));
  json["payloads"] = outcome.payloads;
  json["skipped"] = skipped_json(outcome.skipped);
  return healthmetric::text::to_text(json);
}

}  // namespace healthmetric::sender
