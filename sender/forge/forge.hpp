#pragma once

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

/// What the sender needs of a server of repositories, for one repository and one branch of it. How
/// it is asked, what its answers mean and how its errors read is the matter of who implements this.
///
/// What is no answer of the server's own, such as a page of a proxy, is Error{network}, whatever
/// its status. Every function throws, with the repository and the permission named:
/// Error{unauthorized} where the token does not do; Error{not_found} where there is no such
/// repository; Error{refused} where the server refuses permanently; Error{not_ready} where somebody
/// must see to the repository first: it is empty or archived, or has nothing to start;
/// Error{network} and Error{rate_limited} when no more attempt is worth it.
class Forge {
 public:
  enum class Put { created, already_there, already_received };

  /// A file to be created in the repository, from a local one.
  struct NewFile {
    std::string path;
    std::filesystem::path content;
    std::string message;                ///< of the commit
    std::function<bool()> is_received;  ///< asks whether it was stored, and removed again
  };

  /// What the receiver's workflow is started with, once the payloads are in the repository.
  struct Start {
    model::Trigger trigger = model::Trigger::dispatch;
    std::string branch;  ///< whose workflow runs; empty: the repository's default
    text::Json batch;    ///< a pointer to the batch, for triggers that can carry one
  };

  /// A branch with a history of its own: one commit, with one file in it.
  struct NewBranch {
    std::string name;
    std::string message;  ///< of the commit
    std::string path;
    std::string content;
  };

  virtual ~Forge() = default;

  /// Creates the file, and never replaces one. When the answer was lost, or the server says that
  /// the file is there, settled() decides; other content is Error{refused}.
  virtual Put create_file(const NewFile& file) = 0;

  /// Whether nothing needs to be sent: the repository has the file with the same content, or has it
  /// no more because it was received.
  virtual std::optional<Put> settled(const NewFile& file) = 0;

  /// The beginning of a file's content, at most `max_bytes`; nothing when it does not exist.
  virtual std::optional<std::string> read_beginning(const std::string& path,
                                                    std::size_t max_bytes) = 0;

  /// The names in a folder, as many as the server lists at once (GitHub: a thousand); none when
  /// there is no such folder.
  virtual std::vector<std::string> list(const std::string& folder) = 0;

  /// Whether a path changed since `etag` was taken, which is then taken anew; an empty one asks for
  /// the first time. What does not exist has not changed. It is made to be asked often: it counts
  /// little or nothing against the server's limits while nothing changed.
  virtual bool has_changed(const std::string& path, std::string& etag) = 0;

  virtual bool has_branch(const std::string& branch) = 0;

  /// Creates a branch. That it is there already, as somebody else was quicker, is success. Where
  /// git, a rule or the server does not allow it, Error{not_ready} or Error{unauthorized} says what
  /// to do.
  virtual void create_branch(const NewBranch& branch) = 0;

  /// Starts the receiver's workflow. False when there is nothing to start: the trigger does
  /// without.
  virtual bool start_workflow(const Start& start) = 0;

  /// How long, from now on, a request is tried again without progress. With 0 every failure is
  /// final.
  virtual void set_max_wait(platform::Clock::duration max_wait) = 0;
};

}  // namespace healthmetric::forge
