#include "sender/forge/github_answers.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/text/json.hpp"

namespace healthmetric::forge {
namespace {

constexpr std::size_t kMaxShownMessageBytes = 300;

/// How git and the servers say that a branch is not where it was, in lower case.
constexpr std::array<std::string_view, 7> kLostRaces = {
    " but expected ",     // GitHub, contents: "main is at 1f3a… but expected 9c2d…"
    "expected to be at",  // git, of a lease
    "fast forward",       // GitHub, git/refs: "Update is not a fast forward"
    "fast-forward",       // git: "non-fast-forward"
    "fetch first",        // git, of a push
    "cannot lock ref",    // Gitea: 403 with git's words
    "pushoutofdate",      // Gitea: 500
};

/// `message` of a JSON object; nothing where there is none.
std::optional<std::string> message_member(const http::Response& response) {
  try {
    const text::Json answer = text::parse_json(response.body, "the answer");
    const auto message = answer.is_object() ? answer.find("message") : answer.end();
    if (message == answer.end() || !message->is_string()) return {};
    return message->get<std::string>();
  } catch (const Error&) {
    return {};
  }
}

/// The message of a refusal, in lower case; "" where it is none.
std::string words_of(const http::Response& response) {
  return is_refusal(response) ? ascii_lower(message_member(response).value_or("")) : "";
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Line ends, and what else is no ordinary blank, as one blank.
std::string in_one_line(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\v\f";
  std::string line;
  for (const char c : text) {
    const bool is_blank = kBlanks.find(c) != std::string_view::npos;
    if (!is_blank) {
      line += c;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  return std::string(trim(line));
}

}  // namespace

bool is_refusal(const http::Response& response) {
  return response.status >= 400 && message_member(response).has_value();
}

std::string message_of(const http::Response& response) {
  const std::string message = in_one_line(message_member(response).value_or(""));
  if (message.empty()) return "no reason given";
  return printable(utf8_prefix(message, kMaxShownMessageBytes));
}

bool is_rate_limited(const http::Response& response) {
  if (response.status == 429) return true;
  if (response.status != 403 || !is_refusal(response)) return false;
  const std::string words = words_of(response);
  return response.headers.contains("retry-after") ||
         response.header("x-ratelimit-remaining") == "0" || has(words, "rate limit") ||
         has(words, "abuse detection");
}

bool is_rule_violation(const http::Response& response) {
  return has(words_of(response), "rule violation");
}

/// The words of a rule may quote those of a lost race.
bool is_lost_race(const http::Response& response) {
  constexpr std::array kStatuses = {403, 409, 422, 500};
  if (std::find(kStatuses.begin(), kStatuses.end(), response.status) == kStatuses.end()) {
    return false;
  }
  const std::string words = words_of(response);
  return !is_rule_violation(response) &&
         std::any_of(kLostRaces.begin(), kLostRaces.end(),
                     [&](std::string_view race) { return has(words, race); });
}

bool is_too_large(const http::Response& response) {
  return response.status == 413 || (response.status == 422 && has(words_of(response), "too large"));
}

bool is_empty_repository(const http::Response& response) {
  return response.status == 409 && words_of(response).starts_with("git repository is empty");
}

bool is_locked_repository(const http::Response& response) {
  return response.status == 423 && is_refusal(response);
}

bool wants_post(const http::Response& response) {
  return response.status == 422 && has(words_of(response), "[sha]: required");
}

bool is_unknown_endpoint(const http::Response& response) {
  return response.status == 404 && response.header("content-type").starts_with("text/plain");
}

}  // namespace healthmetric::forge
