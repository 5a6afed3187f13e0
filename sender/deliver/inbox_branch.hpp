#pragma once

#include "sender/forge/forge.hpp"
#include "sender/model/target.hpp"

namespace healthmetric::deliver {

/// Creates the target's inbox branch if it is missing, with a README alone, in a commit that the
/// receiver recognizes as ours, and warns if the target branch is missing. False if it was there.
/// Throws what the forge throws.
bool ensure_inbox_branch(forge::Forge& forge, const model::Target& target);

}  // namespace healthmetric::deliver
