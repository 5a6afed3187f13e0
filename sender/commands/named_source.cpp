#include "sender/commands/named_source.hpp"

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/program/named_file.hpp"
#include "common/select/text_source.hpp"
#include "common/text/text_encoding.hpp"
#include "sender/commands/overloaded.hpp"

namespace healthmetric::sender {
namespace {

constexpr const char* kStdinName = "--stdin-name";

constexpr std::uint64_t kMaxListBytes = 256 * payload::kMiB;

std::string json_text(const JsonSource& source, const payload::Limits& limits) {
  return source.text == "-" ? program::read_standard_input("--data", limits.max_file_bytes)
                            : source.text;
}

/// A list of names. Those that end with NUL come from a program, and may be any bytes.
std::string list_text(const ListSource& source) {
  constexpr const char* kOption = "--files-from";
  const bool is_standard_input = source.list == "-";
  const std::string name = std::string(kOption) + ": " +
                           (is_standard_input ? "standard input" : in_quotes(source.list.string()));
  std::string text = is_standard_input
                         ? text::without_byte_order_mark(
                               program::read_standard_input(kOption, kMaxListBytes), name)
                         : program::read_named_file(kOption, source.list, kMaxListBytes);
  if (source.separator == '\0') return text;
  if (text.find('\0') != std::string::npos) {
    throw Error(ErrorCode::usage, name +
                                      " has NUL characters: use --null if its names end with "
                                      "them, otherwise save it as UTF-8");
  }
  text::check_is_utf8(text, name);
  return text;
}

}  // namespace

select::ScanResult scan(const Options& options) {
  if (!options.source) {
    throw Error(ErrorCode::usage,
                "nothing to send: name a folder or files, as with --folder or --file, or use "
                "--files-from, --data or --stdin-name "
                "(healthmetric-sender --help lists the options)");
  }
  return std::visit(
      Overloaded{
          [&](const FolderSource& s) {
            return select::scan_folder(s.folder, options.rules, options.limits);
          },
          [&](const FilesSource& s) { return select::scan_files(s.files, options.limits); },
          [&](const JsonSource& s) { return select::scan_json(json_text(s, options.limits)); },
          [&](const InputSource& s) {
            return select::scan_input(
                s.name, program::read_standard_input(kStdinName, options.limits.max_file_bytes));
          },
          [](const NoFiles&) { return select::ScanResult(); },
          [&](const ListSource& s) {
            return select::scan_list(list_text(s), s.separator, s.folder, options.rules,
                                     options.limits);
          }},
      options.source.value());
}

std::vector<std::string> unmatched_patterns(const Options& options,
                                            const select::ScanResult& scanned) {
  const bool have_a_say = std::holds_alternative<FolderSource>(*options.source) ||
                          std::holds_alternative<ListSource>(*options.source);
  if (!have_a_say || options.rules.patterns.empty()) return {};
  std::vector<std::string> paths;
  for (const select::SourceFile file : scanned.files) paths.push_back(file.path.str());
  for (const select::Skipped& file : scanned.skipped) paths.push_back(file.file.path);
  std::vector<std::string> result;
  for (const patterns::PathPattern& pattern :
       options.rules.patterns.unmatched({paths.begin(), paths.end()})) {
    result.push_back(to_text(pattern));
  }
  return result;
}

std::string searched_folder(const Options& options) {
  if (!options.source) return {};
  if (const auto* folder = std::get_if<FolderSource>(&*options.source)) {
    return folder->folder.string();
  }
  const auto* list = std::get_if<ListSource>(&*options.source);
  return list == nullptr ? "" : list->folder.string();
}

}  // namespace healthmetric::sender
