#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/platform/clock.hpp"
#include "common/text/json.hpp"
#include "sender/model/trigger.hpp"

namespace healthmetric::forge {

/// What the sender needs from a server of repositories, for one branch of one repository.
/// Implementations know the requests, what the answers mean, and the texts of errors.
///
/// An answer that is not from the server itself, such as a proxy's page, is Error{network},
/// whatever its status. Every function throws, and names the repository and the permission:
/// Error{unauthorized} if the token is not sufficient; Error{not_found} if there is no such
/// repository; Error{refused} if the server refuses permanently; Error{not_ready} if somebody has
/// to fix the repository first: it is empty or archived, or has no workflow to start;
/// Error{network} and Error{rate_limited} if further attempts would take too long.
class Forge {
 public:
  enum class Put { created, already_there, already_received };

  /// A file to be created in the repository, from a local one.
  struct NewFile {
    std::string path;
    std::filesystem::path content;
    std::string message;                ///< of the commit
    std::function<bool()> is_received;  ///< asks whether it was stored and then removed
  };

  /// How to start the receiver's workflow once the payloads are in the repository.
  struct Start {
    model::Trigger trigger = model::Trigger::dispatch;
    std::string branch;  ///< whose workflow runs; empty: the repository's default
    text::Json batch;    ///< a pointer to the batch, for triggers that can carry one
  };

  /// An orphan branch: one commit, with one file in it.
  struct NewBranch {
    std::string name;
    std::string message;  ///< of the commit
    std::string path;
    std::string content;
  };

  virtual ~Forge() = default;

  /// Creates the file, and never replaces one. If the answer was lost, or the server says that the
  /// file exists, settled() decides; other content is Error{refused}.
  virtual Put create_file(const NewFile& file) = 0;

  /// Has a value if nothing needs to be sent: the repository has the file with the same content, or
  /// no longer has it because it was received.
  virtual std::optional<Put> settled(const NewFile& file) = 0;

  /// The beginning of a file's content, at most `max_bytes`; nullopt if it does not exist.
  virtual std::optional<std::string> read_beginning(const std::string& path,
                                                    std::size_t max_bytes) = 0;

  /// The names in a folder, as many as the server lists at once (GitHub: a thousand); empty if
  /// there is no such folder.
  virtual std::vector<std::string> list(const std::string& folder) = 0;

  /// Whether a path has changed since `etag`, which is updated; pass an empty one at first. A path
  /// that does not exist has not changed. Made for polling: it counts little or nothing against the
  /// server's limits while nothing changes.
  virtual bool has_changed(const std::string& path, std::string& etag) = 0;

  virtual bool has_branch(const std::string& branch) = 0;

  /// Creates a branch. It is a success if somebody else has just created it. If git, a rule or the
  /// server does not allow the branch, throws Error{not_ready} or Error{unauthorized} that says
  /// what to do.
  virtual void create_branch(const NewBranch& branch) = 0;

  /// Starts the receiver's workflow. False if the trigger needs no request.
  virtual bool start_workflow(const Start& start) = 0;

  /// When the token ends, as far as the answers until now have told.
  [[nodiscard]] virtual std::optional<std::chrono::sys_seconds> token_expires() const = 0;

  /// How long a request is retried without progress, from now on. With 0 every failure is final.
  virtual void set_max_wait(platform::Clock::duration max_wait) = 0;
};

}  // namespace healthmetric::forge
