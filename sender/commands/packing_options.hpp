#pragma once

#include <optional>

#include "common/platform/clock.hpp"
#include "sender/commands/options.hpp"
#include "sender/pack/pack.hpp"
#include "sender/pack/source_folder.hpp"

namespace healthmetric::sender {

/// How to pack what the options name: a new identity, the batch's name, what is told of this
/// machine.
pack::PackOptions pack_options(const Options& options, platform::Clock& clock);

/// The same for a batch that is going to be queued: it is the next one of this state directory, and
/// with --no-identity a random id stands for its folder.
pack::PackOptions pack_options_of_next(const Options& options, platform::Clock& clock);

/// The folder that the options name as a whole, with the name of its batches; nothing for other
/// sources.
std::optional<pack::SourceFolder> source_folder(const Options& options);

}  // namespace healthmetric::sender
