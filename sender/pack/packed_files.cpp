#include "sender/pack/packed_files.hpp"

#include <charconv>
#include <string_view>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::pack {
namespace {

constexpr const char* kFileName = "files";
constexpr const char* kNoTime = "-";
constexpr std::size_t kReadBlockBytes = std::size_t{64} * 1024;
constexpr std::size_t kMaxRecordBytes = std::size_t{16} * 1024;

/// The text up to the next blank, which is taken from `rest` with it.
std::string_view next_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

template <typename Number>
std::optional<Number> number(std::string_view word) {
  Number value = 0;
  const auto result = std::from_chars(word.data(), word.data() + word.size(), value);
  if (result.ec != std::errc() || result.ptr != word.data() + word.size()) return {};
  return value;
}

std::optional<PackedFileRecord> parse_record(std::string_view text) {
  const auto size = number<std::uint64_t>(next_word(text));
  const std::string_view modified = next_word(text);
  const auto modified_ns = number<std::int64_t>(modified);
  const std::string_view sha256 = next_word(text);
  if (!size || (!modified_ns && modified != kNoTime) || sha256.size() != 64 || text.empty()) {
    return {};
  }
  return PackedFileRecord{std::string(text), *size, modified_ns, std::string(sha256)};
}

}  // namespace

std::optional<std::int64_t> trusted_time(const platform::FileTime& modified,
                                         platform::Clock::time_point now) {
  const auto fraction = std::chrono::ceil<std::chrono::milliseconds>(modified.fraction);
  // In milliseconds: the nanoseconds of a difference end after 292 years.
  const auto age =
      std::chrono::floor<std::chrono::milliseconds>(now) - (modified.second + fraction);
  if (age <= kLeastTrustedAge) return {};
  const std::chrono::seconds since_epoch = modified.second.time_since_epoch();
  if (since_epoch.count() < 0) return {};
  return (since_epoch + modified.fraction).count();
}

std::string Locations::absolute(const std::string& location) {
  const std::filesystem::path path(location);
  const std::string folder = path.parent_path().string();
  if (!is_known_ || folder != folder_) {
    const std::filesystem::path here = folder.empty() ? "." : folder;
    std::error_code error;
    std::filesystem::path canonical = std::filesystem::canonical(here, error);
    if (error) canonical = std::filesystem::absolute(here).lexically_normal();
    folder_ = folder;
    canonical_ = canonical.generic_string();
    is_known_ = true;
  }
  return (canonical_.ends_with('/') ? canonical_ : canonical_ + "/") + path.filename().string();
}

PackedFilesWriter::PackedFilesWriter(const std::filesystem::path& folder, platform::Clock& clock)
    : clock_(clock), file_(folder / kFileName) {}

void PackedFilesWriter::add(const PackedFile& file) {
  if (file.source.is_in_memory() || !file.modified) return;
  const auto modified = trusted_time(*file.modified, clock_.now());
  file_.write(fmt::format("{} {} {} {}", file.size_bytes,
                          modified ? std::to_string(*modified) : kNoTime, file.sha256,
                          locations_.absolute(file.source.location())));
  file_.write(std::string_view("\0", 1));
}

bool has_packed_files(const std::filesystem::path& folder) {
  const auto state = platform::file_state(folder / kFileName);
  return state && state->size_bytes > 0;
}

void for_each_packed_file(const std::filesystem::path& folder,
                          const std::function<void(const PackedFileRecord&)>& take) {
  const std::filesystem::path path = folder / kFileName;
  if (!has_packed_files(folder)) return;
  platform::InputFile file(path);
  std::string block(kReadBlockBytes, '\0');
  std::string record;
  const auto check = [&](bool is_good) {
    if (!is_good) throw Error(ErrorCode::io, in_quotes(path.string()) + " is damaged");
  };
  while (const std::size_t count = file.read(block)) {
    std::string_view rest(block.data(), count);
    for (std::size_t end = 0; (end = rest.find('\0')) != std::string_view::npos;) {
      record += rest.substr(0, end);
      rest.remove_prefix(end + 1);
      const auto parsed = parse_record(record);
      check(parsed.has_value());
      take(*parsed);
      record.clear();
    }
    record += rest;
    check(record.size() <= kMaxRecordBytes);
  }
  check(record.empty());
}

}  // namespace healthmetric::pack
