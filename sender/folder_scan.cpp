#include "sender/folder_scan.hpp"

#include <algorithm>
#include <system_error>

#include "common/content_type.hpp"
#include "common/error.hpp"
#include "common/format.hpp"
#include "common/json_scanner.hpp"
#include "common/printable.hpp"
#include "common/utf8.hpp"

namespace healthmetric {
namespace {

namespace fs = std::filesystem;

void leave_out(ScanResult& result, std::string path, std::string reason, LeftOut kind) {
  result.left_out.push_back({{std::move(path), std::move(reason)}, kind});
}

std::string_view kind_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::symlink:
      return "a symbolic link";
    case fs::file_type::fifo:
      return "a FIFO";
    case fs::file_type::socket:
      return "a socket";
    case fs::file_type::block:
    case fs::file_type::character:
      return "a device";
    case fs::file_type::directory:
      return "a folder";
    default:
      return "no regular file";
  }
}

/// Adds a regular file that is to be sent, unless its size or name forbids it.
void add_file(ScanResult& result, const fs::path& location, const std::string& name,
              const Limits& limits) {
  std::error_code error;
  const std::uint64_t size = fs::file_size(location, error);
  if (error) return leave_out(result, name, error.message(), LeftOut::by_error);
  if (size > limits.max_file_bytes) {
    return leave_out(
        result, name,
        fmt::format("larger than {} (--max-file-size)", human_bytes(limits.max_file_bytes)),
        LeftOut::by_error);
  }
  try {
    result.files.push_back({RelativePath(name), location.string()});
    result.size_bytes += size;
  } catch (const Error& unsafe) {
    leave_out(result, name, unsafe.what(), LeftOut::by_error);
  }
}

void check_totals(const ScanResult& result, const Limits& limits) {
  if (result.files.size() > limits.max_files) {
    throw Error(ErrorCode::usage,
                fmt::format("{} are more than one batch may hold ({}): send "
                            "sub-folders, or raise --max-files on both sides",
                            counted_files(result.files.size()), limits.max_files));
  }
  if (result.size_bytes > limits.max_batch_bytes) {
    throw Error(ErrorCode::usage,
                fmt::format("{} are more than one batch may hold ({}): send sub-folders, or raise "
                            "--max-batch-size on both sides",
                            human_bytes(result.size_bytes), human_bytes(limits.max_batch_bytes)));
  }
}

class FolderWalk {
 public:
  FolderWalk(Types types, const Limits& limits) : types_(types), limits_(limits) {}

  /// `prefix` is the folder's own path in the batch, "" or ending in "/".
  void walk(const fs::path& folder, const std::string& prefix) {
    std::error_code error;
    fs::directory_iterator entry(folder, error);
    while (!error && entry != fs::directory_iterator()) {
      visit(*entry, prefix + entry->path().filename().string());
      entry.increment(error);
    }
    if (error) leave_out(result_, prefix, error.message(), LeftOut::by_error);
  }

  ScanResult finish() {
    const auto by_path = [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; };
    std::sort(result_.files.begin(), result_.files.end(), by_path);
    std::sort(result_.left_out.begin(), result_.left_out.end(),
              [](const LeftOutFile& a, const LeftOutFile& b) { return a.file.path < b.file.path; });
    check_totals(result_, limits_);
    return std::move(result_);
  }

 private:
  void visit(const fs::directory_entry& entry, const std::string& path) {
    std::error_code error;
    const fs::file_type type = entry.symlink_status(error).type();
    if (error) return leave_out(result_, path, error.message(), LeftOut::by_error);
    if (entry.path().filename().native().front() == '.') {
      return leave_out(result_, path, "hidden", LeftOut::by_rule);
    }
    if (type == fs::file_type::directory) return walk(entry.path(), path + "/");
    if (type != fs::file_type::regular) {
      return leave_out(result_, path, std::string(kind_of(type)), LeftOut::by_rule);
    }
    if (!is_utf8(path)) return leave_out(result_, path, "its name is not UTF-8", LeftOut::by_error);
    if (types_ == Types::supported && !is_supported_extension(entry.path().extension().string())) {
      return leave_out(result_, path, kUnsupportedType, LeftOut::by_rule);
    }
    add_file(result_, entry.path(), path, limits_);
  }

  Types types_;
  const Limits& limits_;
  ScanResult result_;
};

void refuse_equal_names(const std::vector<SourceFile>& sorted) {
  const auto twice =
      std::adjacent_find(sorted.begin(), sorted.end(),
                         [](const SourceFile& a, const SourceFile& b) { return a.path == b.path; });
  if (twice == sorted.end()) return;
  throw Error(ErrorCode::usage, "two files named " + in_quotes(twice->path.str()) + ": " +
                                    in_quotes(twice->location) + " and " +
                                    in_quotes(std::next(twice)->location) +
                                    "; send their folder, or one at a time");
}

}  // namespace

ScanResult scan_folder(const fs::path& folder, Types types, const Limits& limits) {
  std::error_code error;
  const fs::file_status status = fs::status(folder, error);
  if (!fs::exists(status)) {
    throw Error(ErrorCode::usage, "there is no folder " + in_quotes(folder.string()));
  }
  if (!fs::is_directory(status)) {
    throw Error(ErrorCode::usage,
                in_quotes(folder.string()) + " is no folder: send a file with --file");
  }
  const fs::directory_iterator readable(folder, error);
  if (error) {
    throw Error(ErrorCode::usage,
                "cannot read the folder " + in_quotes(folder.string()) + ": " + error.message());
  }
  FolderWalk walk(types, limits);
  walk.walk(folder, "");
  return walk.finish();
}

ScanResult scan_files(const std::vector<fs::path>& files, const Limits& limits) {
  ScanResult result;
  for (const fs::path& file : files) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (!fs::exists(status)) {
      leave_out(result, file.string(), error ? error.message() : "No such file or directory",
                LeftOut::by_error);
    } else if (!fs::is_regular_file(status)) {
      leave_out(result, file.string(), "it is " + std::string(kind_of(status.type())),
                LeftOut::by_error);
    } else {
      // A link named by hand is meant; what it points to is sent under the link's name.
      add_file(result, fs::canonical(file, error), file.filename().string(), limits);
    }
  }
  if (result.files.empty()) {
    const SkippedFile& first = result.left_out.front().file;
    throw Error(ErrorCode::usage, "cannot send " + in_quotes(first.path) + ": " + first.reason);
  }
  std::sort(result.files.begin(), result.files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  refuse_equal_names(result.files);
  check_totals(result, limits);
  return result;
}

namespace {

/// Only looks: a document in memory would take many times its text.
void check_json(std::string_view text) {
  constexpr JsonScanner::Bounds kBounds{1000, 10'000'000, std::size_t{64} * 1024};
  try {
    TextSource source(text);
    JsonScanner scanner(source, kBounds);
    scanner.skip_value();
    scanner.expect_end();
  } catch (const Error& error) {
    throw Error(ErrorCode::usage, std::string("--data is no valid JSON: ") + error.what());
  }
}

}  // namespace

ScanResult scan_json(std::string text) {
  if (text.empty()) throw Error(ErrorCode::usage, "--data is empty, which is no JSON");
  check_json(text);
  ScanResult result;
  result.size_bytes = text.size();
  result.files.push_back({RelativePath("data.json"), {}});
  result.text = std::move(text);
  return result;
}

}  // namespace healthmetric
