#include "receiver/unpack/summary.hpp"

#include <string>
#include <vector>

#include "common/archive/summary_reader.hpp"
#include "common/archive/summary_writer.hpp"
#include "common/text/timestamp.hpp"
#include "receiver/unpack/manifest.hpp"

namespace healthmetric::unpack {
namespace {

constexpr std::size_t kMaxWarnings = 100;

std::vector<archive::Warning> warnings_of(archive::Storage& storage,
                                          const payload::RelativePath& manifest) {
  std::vector<archive::Warning> warnings;
  for_each_entry(storage, manifest, [&](const ManifestEntry& entry) {
    if (entry.looks_like_its_extension || warnings.size() == kMaxWarnings) return;
    warnings.push_back({std::string(entry.path), "the content does not match the file extension"});
  });
  return warnings;
}

archive::RecordedFile recorded(const ManifestEntry& entry) {
  return {std::string(entry.path),
          std::string(entry.stored_path),
          entry.size_bytes,
          std::string(entry.sha256),
          std::string(entry.git_blob),
          std::string(entry.content_type),
          text::parse_moment(entry.modified)};
}

}  // namespace

void write_summary(archive::Storage& storage, archive::Summary summary,
                   const std::optional<payload::RelativePath>& manifest) {
  if (manifest) summary.warnings = warnings_of(storage, *manifest);
  archive::write_summary(storage, summary, [&](const auto& use) {
    if (!manifest) return;
    for_each_entry(storage, *manifest, [&](const ManifestEntry& entry) { use(recorded(entry)); });
  });
}

void remove_rejecting_summary(archive::Storage& storage, const payload::BatchId& id) {
  const auto receipt = archive::read_receipt(storage, id);
  if (!receipt || receipt->status != archive::BatchStatus::rejected) return;
  if (const auto path = archive::find_summary(storage, id)) storage.remove(*path);
}

}  // namespace healthmetric::unpack
