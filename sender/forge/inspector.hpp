#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace healthmetric::forge {

/// What answers tell about server and token, as far as they do.
struct ServerFacts {
  std::optional<std::chrono::sys_seconds> date;
  std::optional<std::chrono::sys_seconds> token_ends;
  std::optional<std::string> scopes;  ///< of a classic token; nullopt: it is not one
  std::optional<std::uint64_t> requests_left;
  std::optional<std::uint64_t> request_limit;  ///< an hour
  std::optional<std::chrono::sys_seconds> limit_ends;
  std::string limits_untold;    ///< why the server does not tell of limits; "" if it did not refuse
  bool is_token_judged = true;  ///< false: that answer says nothing of the token
  std::string refusal;          ///< why the server does not accept the token; "" if it does
};

enum class Visibility { everybody, organization, members };

struct RepositoryFacts {
  std::string full_name;
  std::string default_branch;
  Visibility visibility = Visibility::members;
  bool is_archived = false;
  bool is_disabled = false;
  bool may_push = true;  ///< the token's owner, whatever the token may
};

struct BranchFacts {
  bool is_protected = false;
};

/// Whether Actions may run in a repository, and what in them.
struct ActionsFacts {
  bool are_enabled = true;
  std::string allowed;  ///< "all", "local_only" or "selected"; "" if that is not told
};

/// Why a question has no answer: what permission would give one, or that this server has none.
struct Untold {
  std::string why;
};

template <typename Facts>
using Told = std::variant<Facts, Untold>;

/// Questions about a server, a repository on it and a token, asked by `doctor`. None of them
/// changes anything.
///
/// Every function throws: Error{network} or Error{untrusted_peer} if there is no answer of the
/// server; Error{bad_payload} if it cannot be understood, also where a member is of another type
/// than GitHub's; Error{rate_limited} or Error{not_ready} if it has none now; Error{unauthorized},
/// Error{not_found} or Error{refused} if it refuses one that this token should get.
class Inspector {
 public:
  virtual ~Inspector() = default;

  /// Needs neither a repository nor a token that is accepted.
  virtual ServerFacts reach() = 0;

  virtual RepositoryFacts repository() = 0;

  /// Throws Error{unauthorized} if the token may not write to the repository.
  virtual std::optional<Untold> expect_write_access() = 0;

  /// Nullopt if there is no branch of that name.
  virtual std::optional<BranchFacts> branch(const std::string& name) = 0;

  /// Whether the server says that the repository has no commit at all.
  virtual bool is_empty() = 0;

  /// The rules that hold for a branch of that name, whether it exists or not: "pull_request".
  virtual Told<std::vector<std::string>> rules(const std::string& branch) = 0;

  /// The state of a workflow, from the name of its file: "active", "disabled_manually".
  virtual Told<std::string> workflow_state(const std::string& file) = 0;

  virtual Told<ActionsFacts> actions() = 0;

  /// Where workflows are, in a repository there.
  [[nodiscard]] virtual std::vector<std::string> workflow_folders() const = 0;
};

}  // namespace healthmetric::forge
