#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/payload/batch.hpp"
#include "common/program/log.hpp"
#include "receiver/unpack/reject_list.hpp"
#include "receiver/unpack/stored_name.hpp"
#include "receiver/unpack/unpack.hpp"

namespace CLI {
class App;
}

namespace healthmetric::receiver {

enum class Command {
  receive,
  verify,  ///< compare the storage with its summaries
};

enum class Mode {
  store,
  store_and_keep_payloads,  ///< --keep-payloads
  verify_only,              ///< --dry-run
};

enum class RejectedPayloads {
  stay,
  retry,  ///< --retry-rejected
};

struct Options {
  Command command = Command::receive;
  std::filesystem::path storage = "_storage";
  std::filesystem::path log_file = "receiver.log";  ///< empty: none, as where nothing is changed
  bool needs_log = false;                           ///< somebody asked for it
  log::Verbosity verbosity = log::Verbosity::normal;
  bool json = false;
  Mode mode = Mode::store;
  RejectedPayloads rejected_payloads = RejectedPayloads::stay;
  unpack::NameTemplate name_template{std::string(unpack::NameTemplate::kDefault)};
  unpack::GitBlobIds git_blob_ids = unpack::GitBlobIds::compute;
  unpack::RejectList reject_list;
  std::filesystem::path summary_markdown;  ///< empty: none
  payload::Limits limits;
  std::chrono::seconds incomplete_after{};
  /// What was odd about the environment, for warnings once the log is set up.
  std::vector<std::string> notices;
};

/// The options of the receiver: what --help, the man page and the completions tell of, and what
/// reads them. The command line wins over HEALTHMETRIC_<OPTION>.
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

}  // namespace healthmetric::receiver
