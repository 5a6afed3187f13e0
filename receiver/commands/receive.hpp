#pragma once

#include "common/archive/storage.hpp"
#include "common/platform/clock.hpp"
#include "receiver/commands/options.hpp"
#include "receiver/commands/report.hpp"

namespace healthmetric::receiver {

/// Processes every batch that waits: inbox → verify → stage → publish → record → clean.
///
/// A bad batch is set aside and does not stop the others. A batch is recorded (its summary) only
/// when its files are durable, and cleaned up only when it is recorded; so the next run finishes
/// what a crashed one left. Throws Error{io} if the disk fails; batches not done keep waiting.
Report receive(archive::Storage& storage, const Options& options, platform::Clock& clock);

}  // namespace healthmetric::receiver
