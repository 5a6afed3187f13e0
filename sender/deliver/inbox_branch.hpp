#pragma once

#include "sender/forge/forge.hpp"
#include "sender/model/target.hpp"

namespace healthmetric::deliver {

/// Sees to it that the target's inbox branch is there: where it is missing, it begins one that has
/// nothing but a README, in a commit that the receiver knows for ours. Throws what the forge throws,
/// and Error{not_ready} where the branch is missing on which the receiver would store files.
void ensure_inbox_branch(forge::Forge& forge, const model::Target& target);

}  // namespace healthmetric::deliver
