#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/platform/clock.hpp"
#include "sender/commands/options.hpp"
#include "sender/commands/plan.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::sender {

/// Creates the display of the plan's progress.
using MakeProgress = std::function<std::unique_ptr<model::Progress>()>;

/// The person at the terminal, as the dialogue needs it.
class Asker {
 public:
  enum class Kind { words, path, repository, name, secret_text };

  virtual ~Asker() = default;

  /// An answer; nullopt at the end of the input. `Kind` controls completion and history: secret
  /// text is never kept.
  virtual std::optional<std::string> ask(const std::string& question, Kind kind) = 0;
  virtual void say(const std::string& text) = 0;
  /// Keeps an answer for the next time.
  virtual void remember(const std::string& answer, Kind kind) = 0;
};

/// Asks for missing options (source, batch name, repository), shows the plan and asks for
/// confirmation. True if it was given; `options` are then complete, and the answers are remembered.
/// Throws Error{interrupted} if the input ends, and Error{unauthorized} before the first question
/// if there is no token.
bool complete_by_asking(Options& options, Asker& asker, platform::Clock& clock,
                        const MakeProgress& make_progress);

/// The same, at the terminal of this process.
bool ask_at_terminal(Options& options, platform::Clock& clock, const MakeProgress& make_progress);

}  // namespace healthmetric::sender
