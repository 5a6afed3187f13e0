#pragma once

#include "common/archive/storage.hpp"
#include "common/platform/clock.hpp"
#include "receiver/commands/options.hpp"
#include "receiver/commands/report.hpp"

namespace healthmetric::receiver {

/// Processes every batch that waits: inbox → verify → stage → publish → record → clean.
///
/// A bad batch is set aside and does not stop the others. A batch is recorded (its summary) only
/// when its files are durable, and cleaned up only when it is recorded; so a run that dies anywhere
/// is finished by the next one. Throws Error{io} when the disk fails; what waits then still waits.
Report receive(archive::Storage& storage, const Options& options, platform::Clock& clock);

}  // namespace healthmetric::receiver
