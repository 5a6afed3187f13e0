#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

#include "receiver/commands/batch_filter.hpp"
#include "receiver/commands/stored_files.hpp"

namespace healthmetric::receiver {

/// What `page` is asked.
struct PageQuestion {
  BatchFilter filter;
  std::uint64_t limit = 0;              ///< so many batches are shown
  std::chrono::sys_seconds until;       ///< what was processed later is not
  std::chrono::sys_seconds as_of;       ///< the states are those of then
  std::chrono::sys_seconds now;         ///< the clock
  std::filesystem::path settings_file;  ///< as in StatusQuestion
  std::filesystem::path inbox;
};

/// What is on a page.
struct PageContent {
  std::uint64_t batches = 0;
  std::uint64_t older = 0;  ///< batches that are only counted
  std::string json;         ///< for page::write_page()
};

/// Reads all summaries. Throws as status_of() does.
PageContent read_page_content(StoredFiles& stored, const PageQuestion& question);

}  // namespace healthmetric::receiver
