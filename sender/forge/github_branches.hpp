#pragma once

#include <string>

#include "sender/forge/forge.hpp"
#include "sender/forge/github_api.hpp"

/// GitHub's API for git objects: branches, and the trees and commits of a new one.

namespace healthmetric::forge {

/// GET git/ref: matches the whole name, not a prefix.
bool has_branch(GithubApi& api, const std::string& branch);

/// Creates a tree, a commit without parents and a ref, each with one POST.
void create_branch(GithubApi& api, const Forge::NewBranch& branch);

}  // namespace healthmetric::forge
