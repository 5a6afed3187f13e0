#include "receiver/unpack/stored_name.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "common/archive/layout.hpp"
#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/unicode.hpp"
#include "common/base/utf8.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::unpack {
namespace {

constexpr std::array<std::string_view, 6> kDeviceNames = {"con", "prn",    "aux",
                                                          "nul", "conin$", "conout$"};

/// These stand in front of a digit, which may also be a superscript.
constexpr std::array<std::string_view, 2> kNumberedDevices = {"com", "lpt"};
constexpr std::array<std::string_view, 3> kSuperscripts = {"\xc2\xb9", "\xc2\xb2", "\xc2\xb3"};

/// Of a batch's folder: leaves room beside it in a name that a template makes.
constexpr std::size_t kMaxFolderBytes = 192;

template <typename List>
bool contains(const List& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// The hash of a folded path: of its folder's and of its last component.
std::uint64_t hash_below(std::uint64_t folder, std::string_view name) {
  constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;
  const std::uint64_t hash = std::hash<std::string>()(case_folded(name));
  return folder ^ (hash + kGoldenRatio + (folder << 6U) + (folder >> 2U));
}

bool is_device_name(std::string_view name) {
  std::string base = ascii_lower(name.substr(0, name.find('.')));
  base.erase(base.find_last_not_of(' ') + 1);
  if (contains(kDeviceNames, base)) return true;
  const std::string_view number =
      std::string_view(base).substr(std::min<std::size_t>(3, base.size()));
  return contains(kNumberedDevices, base.substr(0, 3)) &&
         ((number.size() == 1 && number[0] >= '0' && number[0] <= '9') ||
          contains(kSuperscripts, number));
}

/// Cuts the end off the stem so that `stem + tail` fits a file name.
std::string shorten(std::string_view stem, std::string_view tail) {
  const std::size_t room = payload::RelativePath::kMaxComponentBytes -
                           std::min(tail.size(), payload::RelativePath::kMaxComponentBytes);
  return std::string(utf8_prefix(stem, room)) + std::string(tail);
}

/// "a~2.json" for "a.json" and "~2", with the end of the stem cut off where it gets too long.
std::string with_suffix(std::string_view name, std::string_view suffix) {
  const std::size_t dot = name.rfind('.');
  const bool has_extension = dot != std::string_view::npos && dot != 0 &&
                             name.size() - dot <= payload::RelativePath::kMaxExtensionBytes;
  const std::size_t stem = has_extension ? dot : name.size();
  return shorten(name.substr(0, stem), std::string(suffix) + std::string(name.substr(stem)));
}

/// Replaces each {field} of a pattern by what `value_of` has for it; nothing is no field. Throws
/// Error{usage}.
template <typename ValueOf>
std::string substitute(std::string_view pattern, const ValueOf& value_of) {
  std::string out;
  while (!pattern.empty()) {
    const std::size_t brace = std::min(pattern.find_first_of("{}"), pattern.size());
    out += pattern.substr(0, brace);
    pattern.remove_prefix(brace);
    if (pattern.empty()) break;
    const std::size_t end = pattern.find('}');
    std::optional<std::string_view> value;
    if (pattern.front() == '{' && end != std::string_view::npos) {
      value = value_of(pattern.substr(1, end - 1));
    }
    if (!value) {
      throw Error(ErrorCode::usage,
                  fmt::format("--name-template: unknown field {}: the fields are {{batch}} {{dir}} "
                              "{{stem}} {{ext}} {{timestamp}} {{id}} {{year}} {{month}} {{day}} "
                              "{{batch_id}}",
                              in_quotes(pattern.substr(0, std::min(end, pattern.size() - 1) + 1))));
    }
    out += *value;
    pattern.remove_prefix(end + 1);
  }
  return out;
}

/// `pattern` with the fields of a file filled in, of which the stem may have been cut.
std::string expand(std::string_view pattern, const payload::RelativePath& path,
                   std::string_view stem) {
  return substitute(pattern, [&](std::string_view field) -> std::optional<std::string_view> {
    if (field == "dir") return path.directory();
    if (field == "stem") return stem;
    return path.extension();
  });
}

/// Expands the pattern; when that makes the name too long, with the end of the stem cut off.
std::string expand_to_fit(std::string_view pattern, const payload::RelativePath& path) {
  std::string expanded = expand(pattern, path, path.stem());
  const std::size_t name_bytes = expanded.size() - (expanded.rfind('/') + 1);
  if (name_bytes <= payload::RelativePath::kMaxComponentBytes) return expanded;
  const std::size_t excess = name_bytes - payload::RelativePath::kMaxComponentBytes;
  if (excess >= path.stem().size()) {
    throw Error(ErrorCode::unsafe_path, "the stored name of " + in_quotes(path.str()) +
                                            " would be too long: use a shorter --name-template");
  }
  return expand(pattern, path, utf8_prefix(path.stem(), path.stem().size() - excess));
}

/// True for what some system takes for a name of git's own: `.git` and the like, also with
/// characters that nobody sees, and the short names that Windows makes of them (`git~1`,
/// `gi7eba~1`). git skips such a path without a word or refuses the whole push (git-config,
/// core.protectNTFS and core.protectHFS; git-fsck).
bool is_gits_own(std::string_view name) {
  constexpr std::size_t kLongestShortStem = 6;
  const std::string folded = case_folded(name);
  if (folded.starts_with(".git")) return true;
  const std::size_t tilde = folded.find('~');
  return folded.starts_with("gi") && tilde <= kLongestShortStem &&
         folded.find_first_of("0123456789", tilde) == tilde + 1;
}

/// Keeps the first component out of the layout's own folders and from being hidden.
std::string outside_the_layout(const std::string& name) {
  return name.front() == '.' || archive::is_layout_folder(case_folded(name) + "/")
             ? with_suffix("_" + name, "")
             : name;
}

}  // namespace

NameTemplate::NameTemplate(std::string pattern) : pattern_(std::move(pattern)) {
  const payload::BatchId sample{std::chrono::sys_seconds(), "data", "00000000"};
  const std::string expanded =
      expand_to_fit(for_batch(sample, sample.slug), payload::RelativePath("file.json"));
  const auto has = [&](std::string_view field) {
    return pattern_.find(field) != std::string::npos;
  };
  if (expanded.find('/') == std::string::npos) {
    throw Error(
        ErrorCode::usage,
        "--name-template requires a folder, such as {batch}/: a file stored directly in the "
        "storage folder would be taken for a payload");
  }
  if (!has("{stem}") || (!has("{id}") && !has("{batch_id}"))) {
    throw Error(ErrorCode::usage,
                "--name-template requires {stem}, and {id} or {batch_id}: otherwise files of two "
                "batches could get the same name");
  }
  try {
    const payload::RelativePath valid(expanded);
  } catch (const Error& error) {
    throw Error(ErrorCode::usage, std::string("--name-template results in an ") + error.what());
  }
}

std::string NameTemplate::for_batch(const payload::BatchId& batch, std::string_view folder) const {
  const std::string time = text::format_compact_timestamp(batch.time);
  const std::string id = batch.str();
  const std::string_view time_view = time;
  const std::array<std::pair<std::string_view, std::string_view>, 10> fields = {{
      {"batch", folder},
      {"timestamp", time},
      {"id", batch.unique},
      {"year", time_view.substr(0, 4)},
      {"month", time_view.substr(4, 2)},
      {"day", time_view.substr(6, 2)},
      {"batch_id", id},
      {"dir", "{dir}"},
      {"stem", "{stem}"},
      {"ext", "{ext}"},
  }};
  return substitute(pattern_, [&](std::string_view name) -> std::optional<std::string_view> {
    for (const auto& [field, value] : fields) {
      if (field == name) return value;
    }
    return {};
  });
}

std::string batch_folder(const payload::BatchId& id, const payload::BatchMetadata& metadata) {
  const std::string name = !metadata.batch_name.empty() ? metadata.batch_name
                           : metadata.source.empty()    ? id.slug
                                                     : payload::default_batch_name(metadata.source);
  if (payload::slug(name) != id.slug) return id.slug;
  std::string folder = with_letters_alone(name, "._-");
  if (folder.front() == '.') folder.front() = '_';
  return std::string(utf8_prefix(folder, kMaxFolderBytes));
}

StoredNames::StoredNames(const NameTemplate& pattern, const payload::BatchId& batch,
                         std::string_view folder, std::uint64_t max_folders)
    : pattern_(pattern.for_batch(batch, folder)), max_folders_(max_folders) {}

bool StoredNames::is_taken(const Placed& candidate, Kind kind) const {
  return files_.contains(candidate.hash) ||
         (kind == Kind::file && folders_.contains(candidate.hash));
}

StoredNames::Placed StoredNames::place_component(std::uint64_t folder, const std::string& name,
                                                 Kind kind) {
  Placed placed{name, hash_below(folder, name)};
  if (is_taken(placed, kind)) placed = place_numbered(folder, name, kind);
  (kind == Kind::file ? files_ : folders_).insert(placed.hash);
  return placed;
}

/// A hundred thousand names may fold to one. Counting up for each would take their square in steps;
/// so it begins behind the number that was found last, and from there on doubling and then halving
/// finds a free number behind a taken one in a few.
StoredNames::Placed StoredNames::place_numbered(std::uint64_t folder, const std::string& name,
                                                Kind kind) {
  const auto candidate = [&](std::uint64_t number) -> Placed {
    const std::string numbered = portable_component(with_suffix(name, fmt::format("~{}", number)));
    return {numbered, hash_below(folder, numbered)};
  };
  // Names that differ only in what the number cuts off share their candidates from the first on.
  const std::uint64_t family = candidate(2).hash;
  LastNumber& last = last_numbers_.at(family % last_numbers_.size());
  // Many files share a folder that had to step aside, so a folder's number is looked for each time.
  const bool is_known = kind == Kind::file && last.family == family;
  std::uint64_t taken = is_known ? last.number : 1;
  std::uint64_t step = 1;
  Placed placed = candidate(taken + step);
  for (; is_taken(placed, kind); placed = candidate(taken + step)) {
    taken += step;
    step *= 2;
  }
  while (step > 1) {
    Placed between = candidate(taken + step / 2);
    if (is_taken(between, kind)) {
      taken += step / 2;
      step -= step / 2;
    } else {
      step /= 2;
      placed = std::move(between);
    }
  }
  if (kind == Kind::file) last = {family, taken + step};
  return placed;
}

payload::RelativePath StoredNames::place(const payload::RelativePath& path) {
  const std::string wanted = expand_to_fit(pattern_, path);
  const std::size_t name = wanted.rfind('/') + 1;
  place_folder(std::string_view(wanted).substr(0, name));
  const Placed file = place_component(
      placed_folder_.hash, portable_component(std::string_view(wanted).substr(name)), Kind::file);
  if (folders_.size() > max_folders_) {
    throw Error(ErrorCode::too_large,
                fmt::format("the batch has more than {} folders (--max-files)", max_folders_));
  }
  return payload::RelativePath(placed_folder_.name + file.name,
                               payload::RelativePath::kMaxStoredBytes);
}

/// Where the files of a folder go, which come one after the other, stays the same.
void StoredNames::place_folder(std::string_view wanted) {
  if (wanted == wanted_folder_) return;
  Placed placed;
  for (std::string_view rest = wanted; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string name = portable_component(rest.substr(0, slash));
    const Placed component = place_component(
        placed.hash, placed.name.empty() ? outside_the_layout(name) : name, Kind::folder);
    placed = {placed.name + component.name + "/", component.hash};
    rest.remove_prefix(slash + 1);
  }
  placed_folder_ = std::move(placed);
  wanted_folder_ = wanted;
}

std::string portable_component(std::string_view component) {
  constexpr std::string_view kRefused = "<>:\"|?*";
  std::string name(component);
  std::replace_if(
      name.begin(), name.end(), [&](char c) { return kRefused.find(c) != std::string_view::npos; },
      '_');
  for (std::size_t i = name.size(); i > 0 && (name[i - 1] == '.' || name[i - 1] == ' '); --i) {
    name[i - 1] = '_';
  }
  if (is_device_name(name) || is_gits_own(name)) name.insert(name.begin(), '_');
  return name.size() > payload::RelativePath::kMaxComponentBytes ? with_suffix(name, "") : name;
}

}  // namespace healthmetric::unpack
