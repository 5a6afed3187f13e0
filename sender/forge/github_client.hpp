#pragma once

#include <optional>
#include <string>

#include "common/base/error.hpp"
#include "common/text/json.hpp"
#include "sender/forge/forge_type.hpp"
#include "sender/forge/github_api.hpp"
#include "sender/http/http.hpp"

namespace healthmetric::forge {

/// GitHub: the few endpoints of its REST API that the sender needs, and the meaning of their
/// statuses. Those of Gitea and Forgejo are nearly the same; sender/forge/github_answers knows the
/// differences, and tells by the answer which server it is.
class GithubClient final : public Forge {
 public:
  GithubClient(const Carrier& carrier, ApiAccess access);

  /// PUT contents, without `sha`, so that it can only create; POST if the server wants that.
  Put create_file(const NewFile& file) override;
  std::optional<Put> settled(const NewFile& file) override;

  /// The git blob id of a file; nullopt if it does not exist.
  std::optional<std::string> blob_id(const std::string& path);

  std::optional<std::string> read_beginning(const std::string& path,
                                            std::size_t max_bytes) override;

  std::vector<std::string> list(const std::string& folder) override;

  /// GitHub does not count requests answered with 304 Not Modified.
  bool has_changed(const std::string& path, std::string& etag) override;

  bool has_branch(const std::string& branch) override;
  void create_branch(const NewBranch& branch) override;

  bool start_workflow(const Start& start) override;
  [[nodiscard]] std::optional<std::chrono::sys_seconds> token_expires() const override {
    return api_.token_expires();
  }
  void set_max_wait(platform::Clock::duration max_wait) override;

  /// Starts the workflows that listen to a `repository_dispatch` of that type.
  void dispatch(const std::string& event_type, const text::Json& client_payload);

  /// Starts a workflow that has `workflow_dispatch`.
  void dispatch_workflow(const std::string& workflow_file, const std::string& ref);

  std::string default_branch();

 private:
  /// A request that starts the receiver, and how its failures are explained.
  struct Dispatch {
    std::string what;
    std::string permission;
    std::string other_triggers;  ///< to suggest if the server lacks this one
    ErrorCode code_of_404;
    std::string meaning_of_404;
  };

  http::Response get_contents(const std::string& path, http::Request get);
  [[nodiscard]] http::Request contents_request(const std::string& path,
                                               const std::string& accept) const;
  [[noreturn]] void fail_to_create(const http::Response& response, const std::string& what) const;
  /// Whether a push can start the receiver: one to an inbox branch starts nothing.
  [[nodiscard]] bool can_push() const { return !api_.access().is_inbox; }
  void send_dispatch(http::Request post, const Dispatch& dispatch);

  GithubApi api_;
  std::string create_method_ = "PUT";  ///< of a file
};

}  // namespace healthmetric::forge
