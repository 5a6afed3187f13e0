#include "receiver/unpack/path_component.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/ascii.hpp"
#include "common/base/unicode.hpp"
#include "common/base/utf8.hpp"
#include "common/payload/relative_path.hpp"

namespace healthmetric::unpack {
namespace {

constexpr std::array<std::string_view, 6> kDeviceNames = {"con", "prn",    "aux",
                                                          "nul", "conin$", "conout$"};

/// These stand in front of a digit, which may also be a superscript.
constexpr std::array<std::string_view, 2> kNumberedDevices = {"com", "lpt"};
constexpr std::array<std::string_view, 3> kSuperscripts = {"\xc2\xb9", "\xc2\xb2", "\xc2\xb3"};

template <typename List>
bool contains(const List& list, std::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
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

}  // namespace

bool fits(const PathComponent& component) {
  return component.text.size() <= payload::RelativePath::kMaxComponentBytes;
}

PathComponent with_suffix(PathComponent name, std::string_view suffix) {
  const std::size_t dot = name.text.rfind('.');
  const bool has_extension = dot != std::string::npos && dot != 0 &&
                             name.text.size() - dot <= payload::RelativePath::kMaxExtensionBytes;
  const std::size_t stem = has_extension ? dot : name.text.size();
  name.text.insert(stem, suffix);
  if (stem <= name.begin) {
    name.begin += suffix.size();
    name.end += suffix.size();
  }
  if (fits(name)) return name;
  const std::size_t end = stem > name.begin ? std::min(name.end, stem) : name.end;
  const std::size_t excess = name.text.size() - payload::RelativePath::kMaxComponentBytes;
  const std::size_t room = end - name.begin - std::min(excess, end - name.begin);
  const std::size_t kept =
      utf8_prefix(std::string_view(name.text).substr(name.begin, end - name.begin), room).size();
  name.text.erase(name.begin + kept, end - name.begin - kept);
  name.end -= end - name.begin - kept;
  return name;
}

PathComponent with_underscore(PathComponent name) {
  name.text.insert(name.text.begin(), '_');
  name.begin += 1;
  name.end += 1;
  return with_suffix(std::move(name), "");
}

PathComponent portable(PathComponent name) {
  constexpr std::string_view kRefused = "<>:\"|?*";
  std::string& text = name.text;
  std::replace_if(
      text.begin(), text.end(), [&](char c) { return kRefused.find(c) != std::string_view::npos; },
      '_');
  for (std::size_t i = text.size(); i > 0 && (text[i - 1] == '.' || text[i - 1] == ' '); --i) {
    text[i - 1] = '_';
  }
  return is_device_name(text) || is_gits_own(text) ? with_underscore(std::move(name)) : name;
}

std::string portable_component(std::string_view component) {
  return portable({std::string(component), 0, component.size()}).text;
}

}  // namespace healthmetric::unpack
