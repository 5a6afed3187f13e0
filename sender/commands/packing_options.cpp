#include "sender/commands/packing_options.hpp"

#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/platform/file.hpp"
#include "sender/commands/overloaded.hpp"
#include "sender/pack/identity.hpp"

namespace healthmetric::sender {
namespace {

constexpr std::size_t kUniqueDigits = 8;

/// The source as the batch records it: an absolute path, or nothing for JSON.
std::string source_path(const DataSource& source) {
  const auto absolute = [](const std::filesystem::path& path) {
    std::error_code error;
    const std::filesystem::path found = std::filesystem::weakly_canonical(path, error);
    return printable((error ? path : found).string());
  };
  return std::visit(Overloaded{[&](const FolderSource& s) { return absolute(s.folder); },
                               [&](const FilesSource& s) {
                                 return s.files.size() == 1
                                            ? absolute(s.files.front())
                                            : absolute(s.files.front().parent_path());
                               },
                               [](const JsonSource&) { return std::string(); },
                               [](const InputSource&) { return std::string(); },
                               [&](const ListSource& s) { return absolute(s.folder); }},
                    source);
}

}  // namespace

pack::PackOptions pack_options(const Options& options, platform::Clock& clock) {
  pack::PackOptions pack;
  const std::string source = source_path(options.source.value());
  const std::string origin = options.stdin_name.empty() ? source : options.stdin_name;
  const std::string name =
      options.batch_name.empty() ? payload::default_batch_name(origin) : options.batch_name;
  pack.id = {clock.now_seconds(), payload::slug(name), platform::random_hex(kUniqueDigits)};
  pack.batch_name = utf8_prefix(printable(name), payload::kMaxTextBytes);
  pack.part_limit_bytes = options.part_limit_bytes;
  pack.encoding = options.encoding;
  pack.limits = options.limits;
  if (options.identity == Identity::include) {
    pack.source = source;
    pack.sender = pack::local_identity();
  }
  return pack;
}

}  // namespace healthmetric::sender
