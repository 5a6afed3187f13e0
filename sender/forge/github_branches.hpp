#pragma once

#include <string>

#include "sender/forge/forge.hpp"
#include "sender/forge/github_api.hpp"

/// GitHub's API for what git is made of: branches, and the trees and commits of a new one.

namespace healthmetric::forge {

/// GET git/ref: no other branch that begins with the same name counts.
bool has_branch(GithubApi& api, const std::string& branch);

/// A tree, a commit without parents and a ref, each by one POST.
void create_branch(GithubApi& api, const Forge::NewBranch& branch);

}  // namespace healthmetric::forge
