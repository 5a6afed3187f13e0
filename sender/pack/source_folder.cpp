#include "sender/pack/source_folder.hpp"

#include <utility>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/payload/batch.hpp"
#include "common/platform/file.hpp"

namespace healthmetric::pack {
namespace {

constexpr const char* kSourceFileName = "source";

/// As many paths as a payload lists, the folder and the name.
constexpr std::uint64_t kMaxSourceRecordBytes =
    (payload::kMaxListedPaths + 16) * (payload::RelativePath::kMaxBytes + 1);

}  // namespace

void write_source_record(const std::filesystem::path& folder, const SourceRecord& record) {
  platform::OutputFile file(folder / kSourceFileName);
  const auto put = [&](const std::string& text) {
    file.write(text);
    file.write(std::string_view("\0", 1));
  };
  put(record.source.folder);
  put(record.source.batch_name);
  for (const std::string& path : record.gone) put(path);
  file.sync();
}

std::optional<SourceRecord> read_source_record(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / kSourceFileName;
  if (!platform::file_state(path)) return {};
  const std::string text = platform::read_file(path, kMaxSourceRecordBytes);
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\0', begin);
    if (end == std::string::npos) break;
    words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (words.size() < 2 || text.back() != '\0') {
    throw Error(ErrorCode::io, in_quotes(path.string()) + " is damaged");
  }
  SourceRecord record{{std::move(words[0]), std::move(words[1])}, {}};
  record.gone.assign(words.begin() + 2, words.end());
  return record;
}

}  // namespace healthmetric::pack
