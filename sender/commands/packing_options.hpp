#pragma once

#include <optional>

#include "common/platform/clock.hpp"
#include "sender/commands/options.hpp"
#include "sender/pack/pack.hpp"
#include "sender/pack/source_folder.hpp"

namespace healthmetric::sender {

/// How to pack what the options name: a new batch id, the batch's name, and the identity of this
/// machine.
pack::PackOptions pack_options(const Options& options, platform::Clock& clock);

/// The same for a plan: as long as what pack_options_of_next() gives, without a change to the state
/// directory.
pack::PackOptions pack_options_of_plan(const Options& options, platform::Clock& clock);

/// The same for a batch to be queued or written: it gets the next sequence number of this state
/// directory, and with --no-identity a random id replaces its folder.
pack::PackOptions pack_options_of_next(const Options& options, platform::Clock& clock);

/// The folder that the options name as the source, with the name of its batches; nullopt for other
/// sources.
std::optional<pack::SourceFolder> source_folder(const Options& options);

}  // namespace healthmetric::sender
