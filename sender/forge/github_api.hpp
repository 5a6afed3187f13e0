#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "common/base/error.hpp"
#include "common/text/json.hpp"
#include "sender/forge/forge_type.hpp"
#include "sender/forge/github_backoff.hpp"
#include "sender/http/http.hpp"

namespace healthmetric::forge {

/// The permission needed to send anything.
inline constexpr const char* kWriteContents = "Contents: read and write";

/// The media type of its documents.
inline constexpr const char* kJson = "application/vnd.github+json";

constexpr bool is_success(int status) {
  return status >= 200 && status < 300;
}

/// Requests to GitHub's REST API for one repository, and the errors they throw.
class GithubApi {
 public:
  GithubApi(const Carrier& carrier, ApiAccess access);

  [[nodiscard]] const ApiAccess& access() const { return access_; }
  /// When the token ends, if an answer told it.
  [[nodiscard]] std::optional<std::chrono::sys_seconds> token_expires() const {
    return token_expires_;
  }
  void set_max_wait(platform::Clock::duration max_wait) { transport_.set_max_wait(max_wait); }

  /// A request for what `path` names in the repository, answered in JSON or as `accept` says.
  [[nodiscard]] http::Request request(const std::string& method, const std::string& path) const;
  [[nodiscard]] http::Request request(const std::string& method, const std::string& path,
                                      const std::string& accept) const;

  /// The same for what is not the repository's: "/rate_limit".
  [[nodiscard]] http::Request request_at_root(const std::string& method,
                                              const std::string& path) const;

  /// "PUT on octo/data", for messages.
  [[nodiscard]] std::string description_of(const http::Request& request) const;

  /// The final answer, whatever its status. Follows redirects on the same host with the same
  /// method, as for a renamed repository; a redirect to another host, which must not get the token,
  /// is Error{untrusted_peer}.
  http::Response answer_to(http::Request request);

  /// The same, checked with expect_usable().
  http::Response send(http::Request request, const std::string& permission);

  /// Throws unless this is a success, or a conflict reported by the server itself, whose meaning
  /// depends on the request.
  void expect_usable(const http::Response& response, const std::string& what,
                     const std::string& permission) const;

  /// Throws what the answer to `what` means, as Forge says; `permission` is what that needs.
  [[noreturn]] void fail(const http::Response& response, const std::string& what,
                         const std::string& permission) const;

 private:
  [[nodiscard]] http::Request request_to(const std::string& method, const std::string& path,
                                         const std::string& accept) const;

  RetryingTransport transport_;
  platform::Clock& clock_;
  ApiAccess access_;
  std::optional<std::chrono::sys_seconds> token_expires_;
};

/// The result of `read`, which parses an answer; Error{network} if that is not JSON: a captive
/// portal, a broken proxy.
template <typename Read>
auto read_answer(Read read) {
  try {
    return read();
  } catch (const Error& error) {
    throw Error(ErrorCode::network,
                error.what() + std::string("; is there a login page or a proxy in between?"));
  }
}

/// The answer to `what` as JSON.
text::Json json_of(const http::Response& response, const std::string& what);

}  // namespace healthmetric::forge
