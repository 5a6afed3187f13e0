#include "receiver/unpack/manifest.hpp"

#include <array>
#include <charconv>
#include <string_view>
#include <vector>

#include "common/base/error.hpp"

namespace healthmetric::unpack {
namespace {

constexpr std::size_t kFields = 8;

[[noreturn]] void throw_broken() {
  throw Error(ErrorCode::internal, "the manifest in the staging folder is broken");
}

std::uint64_t to_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) throw_broken();
  return value;
}

ManifestEntry parse_line(std::string_view line) {
  std::array<std::string_view, kFields> field;
  for (std::size_t i = 0; i < kFields; ++i) {
    const std::size_t tab = line.find('\t');
    if ((tab == std::string_view::npos) != (i + 1 == kFields)) throw_broken();
    field.at(i) = line.substr(0, tab);
    if (i + 1 < kFields) line.remove_prefix(tab + 1);
  }
  return {to_number(field[0]), field[1], field[2], field[3], field[4],
          field[5] == "1",     field[6], field[7]};
}

}  // namespace

void ManifestWriter::append(const ManifestEntry& entry) {
  line_ = std::to_string(entry.size_bytes);
  const std::string_view looks_right = entry.looks_like_its_extension ? "1" : "0";
  for (const std::string_view field :
       {entry.sha256, entry.git_blob, entry.content_type, entry.modified, looks_right, entry.path,
        entry.stored_path}) {
    line_ += '\t';
    line_ += field;
  }
  line_ += '\n';
  file_.write(line_);
}

void for_each_entry(archive::Storage& storage, const payload::RelativePath& manifest,
                    const std::function<void(const ManifestEntry&)>& use) {
  auto file = storage.open(manifest);
  if (!file) throw_broken();
  std::vector<char> block(std::size_t{64} * 1024);
  std::string pending;
  while (const std::size_t count = file->read(block)) {
    pending.append(block.data(), count);
    std::size_t begin = 0;
    for (std::size_t end = pending.find('\n'); end != std::string::npos;
         end = pending.find('\n', begin)) {
      use(parse_line(std::string_view(pending).substr(begin, end - begin)));
      begin = end + 1;
    }
    pending.erase(0, begin);
  }
  if (!pending.empty()) throw_broken();
}

}  // namespace healthmetric::unpack
