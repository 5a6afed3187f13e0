#include "common/platform/spool.hpp"

#include <cerrno>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file.hpp"
#include "common/platform/system_calls.hpp"

namespace healthmetric::platform {
namespace {

constexpr std::size_t kMemoryBytes = std::size_t{256} * 1024;
constexpr std::size_t kSpoolBlockBytes = std::size_t{64} * 1024;

[[noreturn]] void fail() {
  throw_system_error("cannot use a temporary file in " + in_quotes(temporary_folder()) +
                         " (TMPDIR can name another folder)",
                     errno);
}

std::FILE* open_unnamed_file() {
  std::FILE* const file = stream_on(unnamed_file());
  if (file == nullptr) fail();
  return file;
}

}  // namespace

void Spool::Close::operator()(std::FILE* file) const noexcept {
  std::fclose(file);  // NOLINT: what was in it is not wanted any more
}

void Spool::append(std::string_view text) {
  if (memory_.size() + text.size() > kMemoryBytes) spill();
  memory_ += text;
}

void Spool::spill() {
  if (!file_) file_.reset(open_unnamed_file());
  if (!file_ || ::fseeko(file_.get(), static_cast<off_t>(spilled_bytes_), SEEK_SET) != 0 ||
      std::fwrite(memory_.data(), 1, memory_.size(), file_.get()) != memory_.size()) {
    fail();
  }
  spilled_bytes_ += memory_.size();
  memory_.clear();
}

void Spool::cut_to(std::uint64_t size_bytes) {
  if (size_bytes < spilled_bytes_) {
    spilled_bytes_ = size_bytes;
    memory_.clear();
  } else if (size_bytes < size()) {
    memory_.resize(size_bytes - spilled_bytes_);
  }
}

void Spool::copy_to(Sink& out) {
  if (spilled_bytes_ > 0) {
    std::vector<char> block(kSpoolBlockBytes);
    if (::fseeko(file_.get(), 0, SEEK_SET) != 0) fail();
    for (std::uint64_t rest = spilled_bytes_; rest > 0;) {
      const std::size_t wanted = rest < block.size() ? rest : block.size();
      if (std::fread(block.data(), 1, wanted, file_.get()) != wanted) fail();
      out.write({block.data(), wanted});
      rest -= wanted;
    }
  }
  out.write(memory_);
}

}  // namespace healthmetric::platform
