#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/pipeline.hpp"
#include "common/codec/digest.hpp"
#include "common/platform/file.hpp"

namespace healthmetric::restore {

/// The file could not be read, as opposed to what its user throws.
class ReadFailed : public Error {
 public:
  explicit ReadFailed(const Error& why) : Error(why.code(), why.what()) {}
};

/// Reads files, one after the other, and digests them. Of a large one, SHA-256 takes as long as
/// reading and writing together, so reading and digesting are two stages of a Pipeline, some blocks
/// ahead of who writes.
class DigestedReader {
 public:
  DigestedReader();

  /// Takes the next bytes; false if no more are wanted.
  using Use = std::function<bool(std::string_view bytes)>;

  /// Hands the file to `use`, and returns its SHA-256, or that of a part if `use` stopped. Throws
  /// ReadFailed, and what `use` throws.
  std::string read(platform::InputFile& file, const Use& use);

 private:
  struct Block {
    std::vector<char> bytes;
    std::size_t size = 0;  ///< 0: the file is over
    std::exception_ptr failure;
  };
  using BlockPtr = std::unique_ptr<Block>;

  void fill(Block& block);
  void digest(Block& block);

  static bool hand_over(const Block& block, const Use& use);
  void read_small(const Use& use);
  void read_large(const Use& use);
  void take_back();

  platform::InputFile* file_ = nullptr;  ///< that is being read
  bool is_over_ = false;
  codec::Sha256 sha256_;
  std::vector<BlockPtr> idle_;  ///< those that are not in the pipeline
  Pipeline<BlockPtr> pipeline_;
};

}  // namespace healthmetric::restore
