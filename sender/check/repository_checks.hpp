#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sender/check/finding.hpp"
#include "sender/forge/inspector.hpp"
#include "sender/model/target.hpp"

/// Checks of the repository and its branches.

namespace healthmetric::check {

/// `repository`: it is there, under the name that is used.
Finding check_repository(const forge::RepositoryFacts& facts, const model::Target& target);

/// `privacy`: not everybody can read it.
Finding check_privacy(const forge::RepositoryFacts& facts);

/// `archive`: it is neither archived nor disabled.
Finding check_archive(const forge::RepositoryFacts& facts);

/// `first-commit`: its default branch exists. `is_empty`: there is no commit at all.
Finding check_first_commit(const forge::RepositoryFacts& facts,
                           const std::optional<forge::BranchFacts>& branch, bool is_empty);

/// `token-write`: asked with a request that cannot succeed. Throws what the forge throws.
Finding check_token_write(forge::Inspector& inspector, const std::string& repository);

/// `target-branch`: where files are stored. Throws what the forge throws.
Finding check_target_branch(forge::Inspector& inspector, const model::Target& target,
                            const std::string& default_branch);

/// `inbox-branch`: it is there, or can be made. Throws what the forge throws.
Finding check_inbox_branch(forge::Inspector& inspector, const model::Target& target);

/// `rules`: none keeps the receiver from storing files on `branch`. Throws what the forge throws.
Finding check_rules(forge::Inspector& inspector, const std::string& branch);

/// `inbox-rules`: none keeps payloads from the inbox branch, or the receiver from emptying it.
/// Throws what the forge throws.
Finding check_inbox_rules(forge::Inspector& inspector, const model::Target& target);

}  // namespace healthmetric::check
