#pragma once

#include <filesystem>

#include "common/platform/file.hpp"

namespace healthmetric {

/// A fresh directory that is gone, with everything in it, at the end of the scope.
class TempDir {
 public:
  TempDir()
      : path_(std::filesystem::temp_directory_path() /
              ("healthmetric-test-" + platform::random_hex(16))) {
    platform::create_private_directories(path_);
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace healthmetric
