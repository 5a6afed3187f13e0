#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/payload/batch.hpp"
#include "common/program/log.hpp"
#include "common/program/option.hpp"

/// Groups of options that both programs have.

namespace healthmetric::program {

/// The group in --help for options that both programs have, --help among them.
inline constexpr const char* kGeneralGroup = "General";

/// --max-file-size, --max-batch-size and --max-files.
class LimitOptions final : public OptionGroup {
 public:
  LimitOptions();
  [[nodiscard]] payload::Limits limits() const;

 private:
  std::string max_file_size_;
  std::string max_batch_size_;
  std::uint64_t max_files_ = payload::Limits{}.max_files;
};

/// --verbose, --quiet and --log-file.
class LogOptions final : public OptionGroup {
 public:
  explicit LogOptions(std::filesystem::path default_file = {});
  /// Throws Error{usage} for both --verbose and --quiet.
  [[nodiscard]] log::Verbosity verbosity() const;
  /// As if there were no --quiet.
  [[nodiscard]] log::Verbosity verbosity_but_for_quiet() const;
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  bool verbose_ = false;
  bool quiet_ = false;
  std::filesystem::path file_;
};

/// --json.
class JsonOption final : public OptionGroup {
 public:
  JsonOption();
  [[nodiscard]] bool json() const { return json_; }

 private:
  bool json_ = false;
};

}  // namespace healthmetric::program
