#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "common/json.hpp"
#include "sender/http.hpp"
#include "sender/repository.hpp"

namespace healthmetric {

/// Where requests go and whose they are.
struct ApiAccess {
  std::string url;  ///< of the API's root, without a slash at the end
  std::string token;
  Repository repository;
  std::string branch;  ///< empty: the repository's default
};

/// The few endpoints of GitHub's REST API that the sender needs, and what their statuses mean.
///
/// Every function throws, with the repository and the permission named: Error{unauthorized} for
/// 401, 403 and 404 on the repository; Error{refused} where GitHub says no for good;
/// Error{network} and Error{rate_limited} when the transport gives up.
class GithubClient {
 public:
  enum class Put { created, already_there };

  GithubClient(HttpTransport& transport, ApiAccess access);

  /// Creates a file from a local one (PUT contents, without `sha`: it can only create). When the
  /// answer was lost, or GitHub says that the file is there, the blob's git id decides: the same
  /// content is `already_there`, another is Error{refused}.
  Put create_file(const std::string& path, const std::filesystem::path& content,
                  const std::string& message);

  /// The git blob id of a file; nothing when it does not exist.
  std::optional<std::string> blob_id(const std::string& path);

  /// Starts what listens to a `repository_dispatch` of that type.
  void dispatch(const std::string& event_type, const Json& client_payload);

  /// Starts a workflow that has `workflow_dispatch`.
  void dispatch_workflow(const std::string& workflow_file, const std::string& ref);

  std::string default_branch();

 private:
  Response send(Request request, const std::string& permission);
  Response follow_redirects(Request request);
  [[nodiscard]] Request request(const std::string& method, const std::string& path) const;
  [[noreturn]] void fail(const Response& response, const std::string& what,
                         const std::string& permission) const;

  HttpTransport& transport_;
  ApiAccess access_;
};

}  // namespace healthmetric
