#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/payload/batch.hpp"
#include "common/payload/encoding.hpp"
#include "common/program/log.hpp"
#include "sender/model/limits.hpp"
#include "sender/model/network.hpp"
#include "sender/model/trigger.hpp"
#include "sender/select/scan_rules.hpp"

namespace CLI {
class App;
}

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
/// What standard input holds, as a file of that name.
struct InputSource {
  std::string name;  ///< a RelativePath
};
using DataSource = std::variant<FolderSource, FilesSource, JsonSource, ListSource, InputSource>;

enum class Identity { include, omit };

/// `outbox list`, `outbox retry [ID…]`, `outbox drop ID…`.
struct OutboxCommand {
  enum class Action { list, retry, drop };

  Action action = Action::list;
  std::vector<std::string> ids;
  std::string repository;  ///< only what is for this one; empty: for any
};

enum class Changes { send_all, send_changed };

struct Options {
  std::optional<DataSource> source;  ///< nothing: none was named
  std::string stdin_name;
  std::string batch_name;
  select::ScanRules rules;
  Identity identity = Identity::include;
  payload::Limits limits;
  std::uint64_t part_limit_bytes = model::kDefaultPartBytes;
  payload::Encoding encoding;

  std::string repository;  ///< as named; empty: to be found
  std::string branch;      ///< empty: the repository's default
  std::string api_url;
  std::filesystem::path token_file;
  model::Trigger trigger = model::Trigger::dispatch;
  std::chrono::seconds max_wait{};
  std::chrono::seconds lock_wait{};
  std::optional<std::chrono::seconds> wait;  ///< for the receipt
  model::NetworkOptions network;
  std::filesystem::path output;  ///< not empty: write there instead of sending
  std::filesystem::path state_dir;
  std::uint64_t outbox_limit_bytes = model::kDefaultOutboxBytes;
  Changes changes = Changes::send_all;
  std::optional<OutboxCommand> outbox_command;  ///< instead of sending

  /// What was odd about options and environment, for warnings once the log is set up.
  std::vector<std::string> notices;

  bool dry_run = false;
  bool no_progress = false;
  bool json = false;
  log::Verbosity verbosity = log::Verbosity::normal;
  std::filesystem::path log_file;
};

/// The options of the sender: what --help, the man page and the completions tell of, and what reads
/// them. The command line wins over HEALTHMETRIC_<OPTION>, that over the profile in the
/// configuration file, and that over the rest of the file.
class CommandLine {
 public:
  CommandLine();
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  [[nodiscard]] const CLI::App& app() const;

  /// Nothing when help or the version was asked for and printed. Throws Error{usage}.
  std::optional<Options> parse(int argc, const char* const* argv);

 private:
  struct Definition;
  std::unique_ptr<Definition> definition_;
};

}  // namespace healthmetric::sender
