#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/payload/batch.hpp"
#include "common/payload/encoding.hpp"
#include "common/program/log.hpp"
#include "common/select/scan_rules.hpp"
#include "sender/model/limits.hpp"
#include "sender/model/network.hpp"
#include "sender/model/target.hpp"

namespace healthmetric::sender {

struct FolderSource {
  std::filesystem::path folder;
};
struct FilesSource {
  std::vector<std::filesystem::path> files;
};
struct JsonSource {
  std::string text;  ///< "-": read standard input
};
/// The files that a list names, all below one folder.
struct ListSource {
  std::filesystem::path list;  ///< "-": read standard input
  char separator = '\n';
  std::filesystem::path folder;
};
/// The content of standard input, as a file of that name.
struct InputSource {
  std::string name;  ///< a RelativePath
};
/// Nothing: a batch without files, which shows that this machine is alive.
struct NoFiles {};
using DataSource =
    std::variant<FolderSource, FilesSource, JsonSource, ListSource, InputSource, NoFiles>;

enum class Identity { include, omit };

enum class Changes { send_all, send_changed };

/// The options of a run. Sending uses all of them; the outbox's commands use those after the
/// target.
struct Options {
  std::optional<DataSource> source;  ///< nullopt: none was named
  std::string stdin_name;
  std::string batch_name;
  std::string producer;  ///< empty: as kept in the state directory, or this host's name
  select::ScanRules rules;
  Identity identity = Identity::include;
  payload::Limits limits;
  std::uint64_t part_limit_bytes = model::kDefaultPartBytes;
  payload::Encoding encoding;
  std::optional<std::chrono::seconds> wait;  ///< for the receipt
  std::filesystem::path output;              ///< not empty: write there instead of sending
  Changes changes = Changes::send_all;
  std::optional<std::chrono::seconds> heartbeat;  ///< send one if nothing was delivered for so long
  std::optional<std::chrono::seconds> warn_after;  ///< without a delivery, if something waits
  bool allow_empty = false;  ///< all that was sent from the folder may be gone
  bool dry_run = false;

  std::string repository;    ///< as named; empty: to be found
  std::string branch;        ///< empty: the repository's default
  std::string inbox_branch;  ///< empty: payloads go to the branch itself
  std::string api_url;
  std::string api_url_place = "--api-url";  ///< what names it, for messages
  model::Trigger trigger = model::Trigger::dispatch;

  std::filesystem::path token_file;
  std::chrono::seconds max_wait{};
  std::chrono::seconds lock_wait{};
  model::NetworkOptions network;
  std::filesystem::path state_dir;
  std::uint64_t outbox_limit_bytes = model::kDefaultOutboxBytes;
  bool no_progress = false;
  bool json = false;
  log::Verbosity verbosity = log::Verbosity::normal;
  std::filesystem::path log_file;

  /// Warnings about options and environment, to be logged once the log is set up.
  std::vector<std::string> notices;

  /// Where a batch for that repository goes.
  [[nodiscard]] model::Target target_in(const std::string& chosen_repository) const {
    return {api_url, chosen_repository, branch, trigger, inbox_branch};
  }
};

}  // namespace healthmetric::sender
