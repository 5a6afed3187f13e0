#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/batch.hpp"
#include "common/log.hpp"
#include "common/payload_writer.hpp"
#include "sender/folder_scan.hpp"
#include "sender/pack.hpp"
#include "sender/trigger.hpp"

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
using DataSource = std::variant<FolderSource, FilesSource, JsonSource>;

enum class Identity { include, leave_out };

struct Options {
  DataSource source;
  std::string batch_name;
  Types types = Types::supported;
  Identity identity = Identity::include;
  Limits limits;
  std::uint64_t part_limit_bytes = kDefaultPartBytes;
  Encoding encoding = Encoding::plain;

  std::string repository;  ///< as named; empty: to be found
  std::string branch;      ///< empty: the repository's default
  std::string api_url;
  std::filesystem::path token_file;
  Trigger trigger = Trigger::dispatch;
  std::chrono::seconds max_wait{};
  std::filesystem::path output;  ///< not empty: write there instead of sending
  std::filesystem::path state_dir;

  bool json = false;
  log::Verbosity verbosity = log::Verbosity::normal;
  std::filesystem::path log_file;
};

/// Reads the command line and the environment. Nothing when help or the version was asked for and
/// printed. Throws Error{usage}.
std::optional<Options> parse_options(int argc, const char* const* argv);

}  // namespace healthmetric::sender
