// Whatever the text: an error that tells what is wrong, or entries that add up to the metadata.
#include "common/payload/reader.hpp"

#include "common/base/error.hpp"
#include "tests/fuzz/require.hpp"

using namespace healthmetric;

namespace {

constexpr payload::Limits kLimits{1U << 16U, 1U << 18U, 200};

/// Counts what it is told.
class Counter final : public payload::PayloadSink {
 public:
  void begin_content(const payload::RelativePath& /*path*/,
                     std::optional<std::uint64_t> size_bytes) override {
    known_size_ = size_bytes;
    content_bytes_ = 0;
  }
  void content(std::string_view bytes) override { content_bytes_ += bytes.size(); }
  void end_entry(const payload::FileEntry& entry) override {
    require(entry.size_bytes == content_bytes_, "an entry has the size of its content");
    require(!known_size_ || *known_size_ == content_bytes_, "a size that is told before is right");
    require(entry.sha256.size() == 64, "an entry has a digest");
    files_ += 1;
    bytes_ += entry.size_bytes;
  }

  [[nodiscard]] std::uint64_t files() const { return files_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  std::uint64_t files_ = 0;
  std::uint64_t bytes_ = 0;
  std::optional<std::uint64_t> known_size_;
  std::uint64_t content_bytes_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = text_of(data, size);
  payload::Budget budget(kLimits);
  Counter counter;
  try {
    TextSource source(text);
    const payload::BatchMetadata metadata = payload::read_payload(source, budget, counter);
    require(metadata.total_files == counter.files(), "the files are counted");
    require(metadata.total_size_bytes == counter.bytes(), "the bytes are counted");
    TextSource again(text);
    require(payload::looks_like_payload(again, kLimits), "what is a payload looks like one");
  } catch (const Error& error) {
    require(error.code() == ErrorCode::bad_payload || error.code() == ErrorCode::too_large ||
                error.code() == ErrorCode::unsafe_path,
            "a bad payload is the payload's fault");
  }
  require(counter.bytes() <= kLimits.max_batch_bytes && counter.files() <= kLimits.max_files,
          "limits hold");
  return 0;
}
