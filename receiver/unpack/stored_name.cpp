#include "receiver/unpack/stored_name.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "common/archive/layout.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/base/unicode.hpp"
#include "common/base/utf8.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::unpack {
namespace {

/// Of a batch's folder: leaves room beside it in a name that a template makes.
constexpr std::size_t kMaxFolderBytes = 192;

/// The hash of a folded path: of its folder's and of its last component.
std::uint64_t hash_below(std::uint64_t folder, std::string_view name) {
  constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;
  const std::uint64_t hash = std::hash<std::string>()(case_folded(name));
  return folder ^ (hash + kGoldenRatio + (folder << 6U) + (folder >> 2U));
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

/// The components of a path, from what a template's fields stand for and what is between them.
class Expansion {
 public:
  /// `text` may have slashes. `may_be_cut` where it need not be whole.
  void add(std::string_view text, bool may_be_cut) {
    while (true) {
      const std::size_t slash = text.find('/');
      pieces_.push_back({text.substr(0, slash), may_be_cut});
      if (slash == std::string_view::npos) return;
      finish_component();
      text.remove_prefix(slash + 1);
    }
  }

  std::vector<PathComponent> finish() {
    finish_component();
    return std::move(components_);
  }

 private:
  struct Piece {
    std::string_view text;
    bool may_be_cut;

    [[nodiscard]] std::size_t cuttable_bytes() const { return may_be_cut ? text.size() : 0; }
  };

  std::vector<Piece>::iterator longest() {
    return std::max_element(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) {
      return a.cuttable_bytes() < b.cuttable_bytes();
    });
  }

  /// Halves the longest piece at most, so that each of several keeps some of its text.
  void cut_to_fit() {
    std::size_t bytes = 0;
    for (const Piece& piece : pieces_) bytes += piece.text.size();
    while (bytes > payload::RelativePath::kMaxComponentBytes) {
      Piece& piece = *longest();
      const std::size_t before = piece.cuttable_bytes();
      if (before <= 1) return;
      const std::size_t excess = bytes - payload::RelativePath::kMaxComponentBytes;
      piece.text = utf8_prefix(piece.text, before - std::min(excess, before / 2));
      bytes -= before - piece.text.size();
    }
  }

  void finish_component() {
    cut_to_fit();
    PathComponent component;
    const auto kept = longest();
    for (auto piece = pieces_.begin(); piece != pieces_.end(); ++piece) {
      if (piece == kept) {
        component.begin = component.text.size();
        component.end = component.begin + piece->cuttable_bytes();
      }
      component.text += piece->text;
    }
    components_.push_back(std::move(component));
    pieces_.clear();
  }

  std::vector<Piece> pieces_;  ///< of the component that is not finished
  std::vector<PathComponent> components_;
};

/// What `pattern`, which has no other fields, makes of the fields of a file.
std::vector<PathComponent> expand(std::string_view pattern, std::string_view folder,
                                  const payload::RelativePath& path) {
  Expansion expansion;
  while (!pattern.empty()) {
    const std::size_t brace = std::min(pattern.find('{'), pattern.size());
    expansion.add(pattern.substr(0, brace), false);
    pattern.remove_prefix(brace);
    if (pattern.empty()) break;
    const std::size_t end = pattern.find('}');
    const std::string_view field = pattern.substr(1, end - 1);
    if (field == "batch") expansion.add(folder, true);
    if (field == "dir") expansion.add(path.directory(), true);
    if (field == "stem") expansion.add(path.stem(), true);
    if (field == "ext") expansion.add(path.extension(), false);
    pattern.remove_prefix(end + 1);
  }
  return expansion.finish();
}

/// With slashes between them.
std::string joined(const std::vector<PathComponent>& components) {
  std::string path;
  for (const PathComponent& component : components) path.append(component.text).append("/");
  if (!path.empty()) path.pop_back();
  return path;
}

/// Keeps the first component out of the layout's own folders and from being hidden.
PathComponent outside_the_layout(PathComponent name) {
  const bool is_inside =
      name.text.front() == '.' || archive::is_layout_folder(case_folded(name.text) + "/");
  return is_inside ? with_underscore(std::move(name)) : name;
}

}  // namespace

NameTemplate::NameTemplate(std::string pattern) : pattern_(std::move(pattern)) {
  const payload::BatchId sample{std::chrono::sys_seconds(), "data", "00000000"};
  const std::vector<PathComponent> components =
      expand(for_batch(sample), sample.slug, payload::RelativePath("file.json"));
  const std::string expanded = joined(components);
  const auto has = [&](std::string_view field) {
    return pattern_.find(field) != std::string::npos;
  };
  if (components.size() == 1) {
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

std::string NameTemplate::for_batch(const payload::BatchId& batch) const {
  const std::string time = text::format_compact_timestamp(batch.time);
  const std::string id = batch.str();
  const std::string_view time_view = time;
  const std::array<std::pair<std::string_view, std::string_view>, 10> fields = {{
      {"batch", "{batch}"},
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
    : pattern_(pattern.for_batch(batch)), batch_folder_(folder), max_folders_(max_folders) {}

bool StoredNames::is_taken(const Placed& candidate, Kind kind) const {
  return files_.contains(candidate.hash) ||
         (kind == Kind::file && folders_.contains(candidate.hash));
}

StoredNames::Placed StoredNames::place_component(std::uint64_t folder, const PathComponent& name,
                                                 Kind kind) {
  Placed placed{name.text, hash_below(folder, name.text)};
  if (is_taken(placed, kind)) placed = place_numbered(folder, name, kind);
  (kind == Kind::file ? files_ : folders_).insert(placed.hash);
  return placed;
}

/// A hundred thousand names may fold to one. Counting up for each would take their square in steps;
/// so it begins behind the number that was found last, and from there on doubling and then halving
/// finds a free number behind a taken one in a few.
StoredNames::Placed StoredNames::place_numbered(std::uint64_t folder, const PathComponent& name,
                                                Kind kind) {
  const auto candidate = [&](std::uint64_t number) -> Placed {
    std::string numbered = portable(with_suffix(name, fmt::format("~{}", number))).text;
    const std::uint64_t hash = hash_below(folder, numbered);
    return {std::move(numbered), hash};
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
  std::vector<PathComponent> components = expand(pattern_, batch_folder_, path);
  if (!std::all_of(components.begin(), components.end(), fits)) {
    throw Error(ErrorCode::unsafe_path, "the stored name of " + in_quotes(path.str()) +
                                            " would be too long: use a shorter --name-template");
  }
  PathComponent name = portable(std::move(components.back()));
  components.pop_back();
  place_folder(std::move(components));
  const Placed file = place_component(placed_folder_.hash, name, Kind::file);
  if (folders_.size() > max_folders_) {
    throw Error(ErrorCode::too_large,
                fmt::format("the batch has more than {} folders (--max-files)", max_folders_));
  }
  return payload::RelativePath(placed_folder_.name + file.name,
                               payload::RelativePath::kMaxStoredBytes);
}

/// Where the files of a folder go, which come one after the other, stays the same.
void StoredNames::place_folder(std::vector<PathComponent> components) {
  std::string wanted = joined(components);
  if (wanted == wanted_folder_) return;
  Placed placed;
  for (PathComponent& wanted_name : components) {
    PathComponent name = portable(std::move(wanted_name));
    if (placed.name.empty()) name = outside_the_layout(std::move(name));
    const Placed component = place_component(placed.hash, name, Kind::folder);
    placed = {placed.name + component.name + "/", component.hash};
  }
  placed_folder_ = std::move(placed);
  wanted_folder_ = std::move(wanted);
}

}  // namespace healthmetric::unpack
