#pragma once

#include <functional>
#include <memory>

#include "common/platform/clock.hpp"
#include "sender/commands/asker.hpp"
#include "sender/commands/options.hpp"
#include "sender/commands/plan.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::sender {

/// Creates the display of the plan's progress.
using MakeProgress = std::function<std::unique_ptr<model::Progress>()>;

/// Asks for missing options (source, batch name, repository), shows the plan and asks for
/// confirmation. True if it was given; `options` are then complete, and the answers are remembered.
/// Throws Error{interrupted} if the input ends, and Error{unauthorized} before the first question
/// if there is no token.
bool complete_by_asking(Options& options, Asker& asker, platform::Clock& clock,
                        const MakeProgress& make_progress);

/// The same, at the terminal of this process.
bool ask_at_terminal(Options& options, platform::Clock& clock, const MakeProgress& make_progress);

}  // namespace healthmetric::sender
