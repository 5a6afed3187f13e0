#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/program/command_line.hpp"
#include "common/program/option_values.hpp"
#include "sender/commands/options.hpp"

/// What the sender's options are called, what is said of them, and where CLI11 puts their values;
/// sender/commands/options makes Options of that.

namespace healthmetric::sender {

inline constexpr const char* kDefaultApiUrl = "https://api.github.com";
inline constexpr const char* kInclude = "include";
inline constexpr const char* kExclude = "exclude";
inline constexpr const char* kOutbox = "outbox";

/// What `outbox` and its commands take.
inline constexpr std::array<std::string_view, 15> kOutboxOptions = {
    "state-dir",   "outbox-limit", "config",  "profile", "token-file",
    "max-wait",    "lock-wait",    "timeout", "proxy",   "ca-bundle",
    "no-progress", "json",         "verbose", "quiet",   "log-file"};

/// On the command line --repo chooses among the batches; else they are without effect there, for a
/// batch has its own, and who names them all the same does no harm.
inline constexpr std::array<std::string_view, 4> kTargetOptions = {"repo", "branch", "api-url",
                                                                   "trigger"};

/// The receiver's own options: their variables may stand in the same environment.
inline constexpr std::array<std::string_view, 8> kReceiverOptions = {
    "storage",          "name-template", "keep-payloads", "retry-rejected",
    "incomplete-after", "git-blob-ids",  "reject-list",   "summary-markdown"};

/// What Options cannot hold as CLI11 fills it.
struct RawOptions {
  std::string config;
  std::string profile;
  std::vector<std::string> paths;
  std::string folder;
  std::string files_from;
  std::vector<std::string> includes;
  std::vector<std::string> excludes;
  std::vector<std::string> files;
  std::optional<std::string> data;
  std::string part_size;
  std::string compress = "none";
  std::string trigger = "dispatch";
  std::string max_wait = "5m";
  std::string lock_wait = "0";
  std::string wait;
  std::string timeout = "60s";
  std::string proxy;
  std::string token;  ///< always refused
  std::string outbox_limit;
  std::vector<std::string> batch_ids;
  bool nul_separated = false;
  bool hidden = false;
  bool no_recursive = false;
  bool all_types = false;
  bool no_identity = false;
  bool changed_only = false;
  bool verbose = false;
  bool quiet = false;
};

/// --wait is a switch that may have a time: in a file or the environment it can be just on or off.
bool is_switch(const std::string& text);

/// Gives `app` all options and commands. Those that need no second look go into `options`.
void define_options(CLI::App& app, Options& options, RawOptions& raw,
                    program::LimitOptions& limits);

}  // namespace healthmetric::sender
