#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "common/batch.hpp"
#include "common/log.hpp"
#include "receiver/stored_name.hpp"

namespace healthmetric::receiver {

enum class Mode {
  store,
  store_and_keep_payloads,  ///< --keep-payloads
  verify_only,              ///< --dry-run
};

struct Options {
  std::filesystem::path storage = "_storage";
  std::filesystem::path log_file = "receiver.log";
  log::Verbosity verbosity = log::Verbosity::normal;
  bool json = false;
  Mode mode = Mode::store;
  NameTemplate name_template{std::string(NameTemplate::kDefault)};
  std::filesystem::path summary_markdown;  ///< empty: none
  Limits limits;
  std::chrono::seconds incomplete_after{};
};

/// Reads the command line and the environment. Nothing when help or the version was asked for and
/// printed. Throws Error{usage}.
std::optional<Options> parse_options(int argc, const char* const* argv);

}  // namespace healthmetric::receiver
