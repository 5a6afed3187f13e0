#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "common/payload/batch.hpp"
#include "common/program/command_line.hpp"

/// What values of options mean. A check stands at its option, so that a bad value is refused in the
/// same words wherever it comes from, with the place where it stands.

namespace healthmetric::program {

/// Reads "4096", "64K", "20M", "1.5G" or "20MiB" (powers of 1024) into bytes. Throws Error{usage}.
std::uint64_t parse_size(const std::string& text);

/// Reads "90" (seconds), "90s", "10m", "2h" or "1d". Throws Error{usage}.
std::chrono::seconds parse_duration(const std::string& text);

/// Checks that an option's values are sizes, or durations, so that a bad one is refused with the
/// place where it stands.
CLI::Validator size_check();
CLI::Validator duration_check();

/// Checks that they are among `choices`, which texts about the option name as well.
CLI::Validator choice_check(const std::vector<std::string>& choices);

/// Checks that they are whole numbers from `least` to `most`.
CLI::Validator number_check(std::uint64_t least, std::uint64_t most);

/// Checks that `parse` throws no Error at them; what it says is told.
CLI::Validator check_that(const std::function<void(const std::string&)>& parse);

/// Has "~" in front of a path expanded; see common/platform/user_dirs.hpp.
CLI::Validator home_expansion();

/// --max-file-size, --max-batch-size and --max-files, the same on both sides.
class LimitOptions {
 public:
  void add_to(CLI::App& app);
  [[nodiscard]] payload::Limits limits() const;

 private:
  std::string max_file_size_;
  std::string max_batch_size_;
  std::uint64_t max_files_ = payload::Limits{}.max_files;
};

}  // namespace healthmetric::program
