#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

/// .github/healthmetric.toml of a data repository: which producers are expected, and how often.
///
///   [producer.ws-12]
///   every = "1d"       # a batch, or a heartbeat
///   grace = "12h"      # how much longer before it counts as silent; without it as long as `every`
///
///   [producer.old]
///   ignore = true
///
///   [default]          # all producers that have no section
///   every = "7d"

namespace healthmetric::watch {

struct Expectation {
  std::optional<std::chrono::seconds> every;  ///< nothing: learned, or of [default]
  std::optional<std::chrono::seconds> grace;
  bool is_ignored = false;
};

struct WatchSettings {
  std::filesystem::path file;
  std::map<std::string, Expectation> producers;
  std::optional<Expectation> others;  ///< [default]
};

/// Where it is for the storage folder `storage`: beside it, in the repository.
std::filesystem::path default_settings_file(const std::filesystem::path& storage);

/// Reads the file that the user named. Throws Error{usage} if it cannot be read, is not TOML, or
/// has a key, producer or time that is invalid; the message names the file, the line and the key.
WatchSettings read_named_settings(const std::filesystem::path& file);

/// Reads the one in the repository of `storage`, which anybody who can push may have put there:
/// only a regular file is read. Nothing if there is none. Throws as read_named_settings() does.
std::optional<WatchSettings> read_default_settings(const std::filesystem::path& storage);

}  // namespace healthmetric::watch
