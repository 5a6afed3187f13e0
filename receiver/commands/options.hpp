#pragma once

#include <chrono>
#include <filesystem>

#include "common/archive/layout.hpp"
#include "common/archive/storage.hpp"
#include "common/payload/batch.hpp"
#include "common/program/log.hpp"
#include "receiver/unpack/reject_list.hpp"
#include "receiver/unpack/stored_name.hpp"
#include "receiver/unpack/unpack.hpp"

namespace healthmetric::receiver {

enum class Mode {
  store,
  store_and_keep_payloads,  ///< --keep-payloads
  verify_only,              ///< --dry-run
};

enum class RejectedPayloads {
  stay,
  retry,  ///< --retry-rejected
};

/// The options of every command.
struct RunOptions {
  std::filesystem::path storage = archive::storage_in("");
  std::filesystem::path log_file = "receiver.log";  ///< empty: none, as where nothing is changed
  bool needs_log = false;                           ///< it was requested
  log::Verbosity verbosity = log::Verbosity::normal;
  bool json = false;
};

/// The options of receiving.
struct Options : RunOptions {
  Mode mode = Mode::store;
  RejectedPayloads rejected_payloads = RejectedPayloads::stay;
  unpack::NameTemplate name_template{std::string(unpack::NameTemplate::kDefault)};
  unpack::GitBlobIds git_blob_ids = unpack::GitBlobIds::compute;
  unpack::RejectList reject_list;
  payload::Limits limits;
  std::chrono::seconds incomplete_after{};
  archive::Storage::Durability durability = archive::Storage::Durability::batch;
};

}  // namespace healthmetric::receiver
