#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "sender/model/network.hpp"
#include "sender/model/target.hpp"

namespace healthmetric::check {

/// A folder, file or list that a run would send.
struct Source {
  enum class Kind { folder, file, list };

  Kind kind = Kind::folder;
  std::filesystem::path path;
  std::string place;  ///< that names it, for messages: "HEALTHMETRIC_FOLDER", "[profile.nightly]"
};

/// The configuration file; its path is empty if it has none.
struct Configuration {
  std::filesystem::path file;
  std::string profile;          ///< the one that is used; "" for none
  std::string fault;            ///< why it cannot be used; "" if it can
  bool has_a_password = false;  ///< of a proxy
};

/// What is checked: a sender as its options set it up.
struct Subject {
  Configuration configuration;
  std::vector<Source> sources;
  std::filesystem::path state_dir;  ///< empty: nothing tells where it is
  std::uint64_t outbox_limit_bytes = 0;
  std::uint64_t part_limit_bytes = 0;
  std::string repository;     ///< as named; "" for the one that is detected
  model::Target target;       ///< its repository is not known yet
  std::string api_url_place;  ///< for messages
  std::filesystem::path token_file;
  model::NetworkOptions network;
};

}  // namespace healthmetric::check
