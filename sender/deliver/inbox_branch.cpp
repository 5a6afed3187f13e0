#include "sender/deliver/inbox_branch.hpp"

#include "common/base/printable.hpp"
#include "common/program/log.hpp"

namespace healthmetric::deliver {
namespace {

/// The trailer tells the receiver that the branch may be emptied: .github/scripts knows it, too.
constexpr const char* kMessage = "Start an inbox of HealthMetric\n\nHealthMetric-Inbox: 1\n";

constexpr const char* kReadme = R"(# Inbox

Batches of health metrics wait on this branch until the workflow has stored them on another one.
The branch is emptied and written anew by every run: do not merge it, and keep nothing else here.

- `_storage/inbox/`: payloads that wait
- `_storage/rejected/`: payloads that were rejected, each with its reason
- `_storage/receipts/`: what became of each batch in the last 45 days
)";

}  // namespace

bool ensure_inbox_branch(forge::Forge& forge, const model::Target& target) {
  if (forge.has_branch(target.inbox_branch)) return false;
  if (!target.branch.empty() && !forge.has_branch(target.branch)) {
    log::warning(
        target.repository + " has no branch " + in_quotes(target.branch) +
        ": the batch waits until there is one, unless the workflow stores files in another "
        "repository");
  }
  forge.create_branch({target.inbox_branch, kMessage, "README.md", kReadme});
  log::info("began the branch " + target.inbox_branch + " in " + target.repository +
            ", where payloads wait");
  return true;
}

}  // namespace healthmetric::deliver
