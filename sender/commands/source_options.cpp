#include "sender/commands/source_options.hpp"

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/payload/batch_id.hpp"
#include "common/payload/relative_path.hpp"
#include "sender/commands/named_paths.hpp"

namespace healthmetric::sender {
namespace {

void check_file_name(const std::string& name) {
  const std::string_view fault = payload::RelativePath::fault_of(name);
  if (!fault.empty()) {
    throw Error(ErrorCode::usage,
                "invalid file name " + in_quotes(name) + ": it " + std::string(fault));
  }
}

void check_producer(const std::string& text) {
  if (payload::is_slug(text)) return;
  throw Error(ErrorCode::usage,
              "invalid producer " + in_quotes(text) +
                  ": expected at most 64 letters, digits, '.', '_' and '-', and no '.' in front");
}

}  // namespace

SourceOptions::SourceOptions() : OptionGroup("What to send") {
  add({.name = program::kPaths,
       .value = program::kPaths,
       .help = "A folder, or files whatever their type",
       .goes_to = &paths_,
       .excludes = {"folder", "data", "files-from"},
       .kind = program::Option::Kind::operand});
  add({.name = "folder",
       .value = "DIR",
       .help = "Send all files below DIR",
       .goes_to = &folder_,
       .excludes = {"file", "data"}});
  add({.name = "file",
       .value = "FILE",
       .help = "Send FILE, whatever its type; may be repeated",
       .goes_to = &files_,
       .excludes = {"data", "files-from"}});
  add({.name = "data",
       .value = "JSON",
       .help = "Send JSON text as data.json; - reads it from standard input",
       .goes_to = &data_});
  add({.name = "files-from",
       .value = "FILE",
       .help = "Send the files that FILE names, one a line, each below --folder (default: the "
               "current directory); - reads standard input",
       .goes_to = &files_from_,
       .excludes = {"data"}});
  add({.name = "stdin-name",
       .value = "NAME",
       .help = "Send what standard input holds as a file of that NAME, of any type",
       .goes_to = &stdin_name_,
       .check = check_file_name,
       .excludes = {"folder", "file", "data", "files-from", program::kPaths}});
  add({.name = "null",
       .help = "Names in --files-from end with a NUL character instead of a newline",
       .goes_to = &nul_separated_});
  add({.name = "batch-name",
       .value = "NAME",
       .help = "Name of the batch, and of its folder in _storage/ (default: the source's name)",
       .goes_to = &batch_name_});
  add({.name = "producer",
       .value = "NAME",
       .help = "Name of this machine in batches (default: the one used last, else the host's name, "
               "in GitHub Actions the repository's)",
       .goes_to = &producer_,
       .check = check_producer});
  add({.name = "no-identity",
       .help = "Leave host, user and source path out of the batch",
       .goes_to = &no_identity_});
}

std::optional<DataSource> SourceOptions::source(const program::CommandLine& line) const {
  if (line.is_given("files-from")) {
    return ListSource{files_from_, nul_separated_ ? '\0' : '\n', folder_.empty() ? "." : folder_};
  }
  if (nul_separated_) throw Error(ErrorCode::usage, "--null requires --files-from");
  if (line.is_given("folder")) return FolderSource{folder_};
  if (line.is_given(program::kPaths) || line.is_given("file"))
    return source_of_paths(paths_, files_);
  if (!stdin_name_.empty()) return InputSource{stdin_name_};
  if (data_) return JsonSource{*data_};
  return {};
}

void SourceOptions::put_into(Options& options, const program::CommandLine& line) const {
  options.source = source(line);
  options.stdin_name = stdin_name_;
  options.batch_name = batch_name_;
  options.producer = producer_;
  options.identity = no_identity_ ? Identity::omit : Identity::include;
}

}  // namespace healthmetric::sender
