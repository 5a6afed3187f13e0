#pragma once

#include <filesystem>
#include <string>

#include "common/program/option.hpp"
#include "sender/commands/options.hpp"

/// Where batches go.

namespace healthmetric::sender {

inline constexpr const char* kTargetGroup = "Where to";

/// --repo.
class RepositoryOption final : public program::OptionGroup {
 public:
  RepositoryOption();

  [[nodiscard]] const std::string& repository() const { return repository_; }

 private:
  std::string repository_;
};

/// --branch, --inbox-branch, --api-url and --trigger.
class TargetOptions final : public program::OptionGroup {
 public:
  TargetOptions();

  /// Throws Error{usage} where the inbox branch does not go with the trigger.
  void put_into(Options& options) const;

 private:
  /// Empty: payloads go to the branch itself.
  [[nodiscard]] std::string inbox_branch(const Options& options) const;

  std::string branch_;
  std::string inbox_branch_;
  std::string api_url_;
  std::string trigger_ = "dispatch";
};

/// --token-file; and --token, which is refused.
class TokenOptions final : public program::OptionGroup {
 public:
  TokenOptions();

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
  std::string token_;
};

}  // namespace healthmetric::sender
