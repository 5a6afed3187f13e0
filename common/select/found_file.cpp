#include "common/select/found_file.hpp"

#include <algorithm>
#include <system_error>

#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/system_error.hpp"
#include "common/platform/file.hpp"
#include "common/platform/file_kind.hpp"
#include "common/platform/folder_listing.hpp"

namespace healthmetric::select {
namespace {

namespace fs = std::filesystem;

/// The default is the limit of GitHub; who raises it gets no further there.
std::string too_large(std::uint64_t limit_bytes) {
  return fmt::format("larger than {}{} (--max-file-size)", human_bytes(limit_bytes),
                     limit_bytes == payload::Limits{}.max_file_bytes
                         ? ", which GitHub does not accept, nor, by default, the receiver"
                         : "");
}

}  // namespace

void skip(ScanResult& result, std::string path, std::string reason, SkipCause cause) {
  result.skipped.push_back({{std::move(path), std::move(reason)}, cause});
}

std::string folder_prefix(const fs::path& folder) {
  return folder.empty() ? "" : (folder / "").string();
}

std::string name_fault(const std::string& name) {
  const std::string_view fault = payload::RelativePath::fault_of(name);
  if (fault.empty()) return {};
  return "its path " + std::string(fault) + ": rename it, or leave it out with --exclude";
}

void check_folder(const fs::path& folder) {
  std::error_code error;
  const fs::file_type type = platform::target_type(folder, error);
  if (type == fs::file_type::not_found) {
    throw Error(ErrorCode::usage, "there is no folder " + in_quotes(folder.string()));
  }
  if (error) throw_system_error("cannot read " + in_quotes(folder.string()), error);
  if (type != fs::file_type::directory) {
    throw Error(ErrorCode::usage,
                in_quotes(folder.string()) + " is not a folder: send a file with --file");
  }
  const platform::FolderListing readable(folder, error);
  if (error) {
    throw Error(ErrorCode::usage,
                "cannot read the folder " + in_quotes(folder.string()) + ": " + reason_of(error));
  }
}

bool count_file(ScanResult& result, const SourceFile& file, const payload::Limits& limits) {
  std::error_code error;
  const std::uint64_t size = platform::file_size(file.location(), error);
  if (!error && size <= limits.max_file_bytes) {
    result.size_bytes += size;
    return true;
  }
  skip(result, file.path.str(), error ? reason_of(error) : too_large(limits.max_file_bytes),
       SkipCause::by_error);
  return false;
}

void add_file(ScanResult& result, const fs::path& folder, const std::string& name,
              const payload::Limits& limits) {
  if (std::string fault = name_fault(name); !fault.empty()) {
    return skip(result, name, std::move(fault), SkipCause::by_error);
  }
  const std::string prefix = folder_prefix(folder);
  const SourceFile file{payload::RelativePath::known(name), &prefix};
  if (count_file(result, file, limits)) result.files.add(file.path, prefix);
}

void check_totals(const ScanResult& result, const payload::Limits& limits) {
  if (result.files.size() > limits.max_files) {
    throw Error(ErrorCode::usage,
                fmt::format("{} are more than the limit of a batch ({}): send "
                            "sub-folders, or raise --max-files on both sides",
                            counted_files(result.files.size()), limits.max_files));
  }
  if (result.size_bytes > limits.max_batch_bytes) {
    throw Error(
        ErrorCode::usage,
        fmt::format("{} are more than the limit of a batch ({}): send sub-folders, or raise "
                    "--max-batch-size on both sides",
                    human_bytes(result.size_bytes), human_bytes(limits.max_batch_bytes)));
  }
}

void sort_by_path(ScanResult& result) {
  result.files.sort_by_path();
  std::sort(result.skipped.begin(), result.skipped.end(),
            [](const Skipped& a, const Skipped& b) { return a.file.path < b.file.path; });
}

}  // namespace healthmetric::select
