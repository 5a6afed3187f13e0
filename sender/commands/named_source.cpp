#include "sender/commands/named_source.hpp"

#include <algorithm>
#include <set>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"
#include "common/platform/file.hpp"
#include "common/program/named_file.hpp"
#include "common/text/text_encoding.hpp"
#include "sender/pack/identity.hpp"
#include "sender/select/text_source.hpp"

namespace healthmetric::sender {
namespace {

constexpr std::size_t kUniqueDigits = 8;

constexpr const char* kStdinName = "--stdin-name";

constexpr std::uint64_t kMaxListBytes = 256 * payload::kMiB;

/// Joins the handlers of a variant.
template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

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
  for (const select::LeftOutFile& file : scanned.left_out) paths.push_back(file.file.path);
  std::vector<std::string> result;
  for (const select::PathPattern& pattern :
       options.rules.patterns.unmatched({paths.begin(), paths.end()})) {
    const bool includes = pattern.verdict == select::Verdict::include;
    result.push_back((includes ? "--include " : "--exclude ") + in_quotes(pattern.glob));
  }
  return result;
}

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

program::ExitStatus status_of_packing(const std::vector<select::LeftOutFile>& left_out,
                                      std::size_t parts, std::uint64_t unchanged) {
  const bool has_errors = std::any_of(
      left_out.begin(), left_out.end(),
      [](const select::LeftOutFile& file) { return file.kind == select::LeftOut::by_error; });
  const program::ExitStatus status =
      has_errors ? program::ExitStatus::partly_done : program::ExitStatus::success;
  return parts == 0 && unchanged == 0
             ? program::more_important(status, program::ExitStatus::nothing_to_send)
             : status;
}

std::string searched_folder(const Options& options) {
  if (!options.source) return {};
  if (const auto* folder = std::get_if<FolderSource>(&*options.source)) {
    return folder->folder.string();
  }
  const auto* list = std::get_if<ListSource>(&*options.source);
  return list == nullptr ? "" : list->folder.string();
}

namespace {

/// "(.ndjson, .fit)", the first few of them.
std::string types_of(const std::vector<select::LeftOutFile>& files) {
  constexpr std::size_t kMostShown = 6;
  std::set<std::string> types;
  for (const select::LeftOutFile& file : files) {
    if (file.file.reason != select::kUnsupportedType) continue;
    const std::string_view type = payload::extension_of(file.file.path);
    types.insert(type.empty() ? "no type" : printable(ascii_lower(type)));
    if (types.size() > kMostShown) break;
  }
  std::string text;
  std::size_t shown = 0;
  for (const std::string& type : types) {
    text += (text.empty() ? "" : ", ") + (shown++ == kMostShown ? std::string("...") : type);
  }
  return "(" + text + ")";
}

}  // namespace

std::string not_packed(const std::vector<select::LeftOutFile>& left_out, std::uint64_t unchanged) {
  std::string text = unchanged > 0 ? fmt::format("; unchanged {}", unchanged) : "";
  std::size_t rest = left_out.size();
  const auto tell = [&](std::string_view reason, const std::string& words) {
    const auto count = static_cast<std::size_t>(
        std::count_if(left_out.begin(), left_out.end(),
                      [&](const select::LeftOutFile& file) { return file.file.reason == reason; }));
    rest -= count;
    if (count > 0) text += fmt::format("; skipped {} {}", count, words);
  };
  tell(select::kUnsupportedType, types_of(left_out) + ": use --all-types to send them");
  tell(select::kIsHidden, "hidden: use --hidden to send them");
  tell(select::kExcluded, "that --include and --exclude leave out");
  tell(select::kIgnored, "that .healthmetricignore names");
  if (rest > 0) text += fmt::format("; skipped {}: --verbose says why", rest);
  return text;
}

std::string nothing_to_send(const std::string& folder,
                            const std::vector<select::LeftOutFile>& left_out,
                            std::uint64_t unchanged) {
  std::string text = unchanged > 0 ? "nothing new to send" : "nothing to send";
  if (!folder.empty()) text += " in " + in_quotes(folder);
  return text + not_packed(left_out, unchanged);
}

text::Json left_out_json(const std::vector<select::LeftOutFile>& left_out) {
  text::Json list = text::Json::array();
  for (const select::LeftOutFile& file : left_out) {
    list.push_back({{"path", printable(file.file.path)},
                    {"reason", file.file.reason},
                    {"error", file.kind == select::LeftOut::by_error}});
  }
  return list;
}

}  // namespace healthmetric::sender
