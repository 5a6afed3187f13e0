#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "common/base/error.hpp"
#include "common/text/json.hpp"
#include "sender/forge/repository.hpp"
#include "sender/http/http.hpp"

namespace healthmetric::forge {

/// Where requests go and whose they are.
struct ApiAccess {
  std::string url;  ///< of the API's root, without a slash at the end
  std::string token;
  Repository repository;
  std::string branch;  ///< empty: the repository's default
};

/// The few endpoints of GitHub's REST API that the sender needs, and what their statuses mean.
/// Gitea and Forgejo have nearly the same; sender/forge/server_answers knows where they differ.
///
/// What is no answer of the server's own, such as a page of a proxy, is Error{network}, whatever
/// its status. Every function throws, with the repository and the permission named:
/// Error{unauthorized} for 401, 403 and 404 on the repository; Error{refused} where GitHub says no
/// for good; Error{not_ready} where somebody must see to the repository first: it is empty or
/// archived, or has nothing to start; Error{network} and Error{rate_limited} when the transport
/// gives up.
class GithubClient {
 public:
  enum class Put { created, already_there, already_received };

  /// A file to be created in the repository, from a local one.
  struct NewFile {
    std::string path;
    std::filesystem::path content;
    std::string message;                ///< of the commit
    std::function<bool()> is_received;  ///< asks whether it was stored, and removed again
  };

  GithubClient(http::HttpTransport& transport, ApiAccess access);

  /// Creates the file (PUT contents, without `sha`: it can only create; POST where the server wants
  /// that). When the answer was lost,
  /// or GitHub says that the file is there, settled() decides; other content is Error{refused}.
  Put create_file(const NewFile& file);

  /// Whether nothing needs to be sent: the repository has the file with the same git blob id, or
  /// has it no more because it was received.
  std::optional<Put> settled(const NewFile& file);

  /// The git blob id of a file; nothing when it does not exist.
  std::optional<std::string> blob_id(const std::string& path);

  /// The beginning of a file's content, at most `max_bytes`; nothing when it does not exist.
  std::optional<std::string> read_beginning(const std::string& path, std::size_t max_bytes);

  /// Whether a path changed since `etag` was taken, which is then taken anew; an empty one asks for
  /// the first time. What does not exist has not changed. GitHub counts no request whose answer is
  /// that nothing changed.
  bool has_changed(const std::string& path, std::string& etag);

  /// Starts what listens to a `repository_dispatch` of that type.
  void dispatch(const std::string& event_type, const text::Json& client_payload);

  /// Starts a workflow that has `workflow_dispatch`.
  void dispatch_workflow(const std::string& workflow_file, const std::string& ref);

  std::string default_branch();

 private:
  /// A start of the receiver, once a payload is in the repository, and what may be wrong with it.
  struct Start {
    std::string what;
    std::string permission;
    std::string other_triggers;  ///< where the server does not know this one
    ErrorCode code_of_404;
    std::string meaning_of_404;
  };

  [[nodiscard]] std::string what_is_asked(const http::Request& request) const;
  http::Response send(http::Request request, const std::string& permission);
  http::Response follow_redirects(http::Request request);
  http::Response get_contents(const std::string& path, http::Request get);
  [[nodiscard]] http::Request request(const std::string& method, const std::string& path,
                                      const std::string& accept) const;
  [[nodiscard]] http::Request request(const std::string& method, const std::string& path) const;
  [[nodiscard]] http::Request contents_request(const std::string& path,
                                               const std::string& accept) const;
  void expect_usable(const http::Response& response, const std::string& what,
                     const std::string& permission) const;
  [[noreturn]] void fail(const http::Response& response, const std::string& what,
                         const std::string& permission) const;
  void start(http::Request post, const Start& start);

  http::HttpTransport& transport_;
  ApiAccess access_;
  std::string create_method_ = "PUT";  ///< of a file
};

}  // namespace healthmetric::forge
