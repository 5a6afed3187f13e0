#include "common/payload/relative_path.hpp"

#include <algorithm>
#include <utility>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/base/utf8.hpp"

namespace healthmetric::payload {
namespace {

/// C0, DEL and C1 (U+0080 to U+009F, in UTF-8 behind 0xC2).
bool has_control_character(std::string_view text) {
  unsigned char before = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F || (before == 0xC2 && byte < 0xA0)) return true;
    before = byte;
  }
  return false;
}

constexpr std::string_view kGit = ".git";

/// The rule a component breaks, or nothing.
std::string_view component_fault(std::string_view component) {
  if (component.empty()) return "has an empty component";
  if (component == "." || component == "..") return "has a '.' or '..' component";
  if (component.size() > RelativePath::kMaxComponentBytes) {
    return "has a component of more than 255 bytes";
  }
  if (component.size() == kGit.size() && ascii_lower(component) == kGit)
    return "has a component named .git";
  return {};
}

/// Each level costs every program that opens the file; nobody's folders are half as deep.
bool is_too_deep(std::string_view path, std::size_t max_bytes) {
  constexpr std::size_t kBytesALevel = RelativePath::kMaxBytes / RelativePath::kMaxLevels;
  const auto slashes = std::count(path.begin(), path.end(), '/');
  return static_cast<std::size_t>(slashes) >= max_bytes / kBytesALevel;
}

constexpr std::size_t kMaxShownPathBytes = 120;

std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

std::string_view RelativePath::fault_of(std::string_view path, std::size_t max_bytes) {
  if (path.empty()) return "is empty";
  if (path.size() > max_bytes) return "is too long";
  if (path.front() == '/') return "is absolute";
  if (path.find('\\') != std::string_view::npos) return "has a backslash";
  if (has_control_character(path)) return "has a control character";
  if (!is_utf8(path)) return "is not UTF-8";
  if (is_too_deep(path, max_bytes)) return "is nested too deeply";
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view fault = component_fault(path.substr(0, slash));
    if (!fault.empty() || slash == std::string_view::npos) return fault;
    path.remove_prefix(slash + 1);
  }
}

RelativePath::RelativePath(std::string path, std::size_t max_bytes) : path_(std::move(path)) {
  const std::string_view fault = fault_of(path_, max_bytes);
  if (fault.empty()) return;
  throw Error(ErrorCode::unsafe_path, "unsafe path " +
                                          in_quotes(utf8_prefix(path_, kMaxShownPathBytes)) +
                                          ": it " + std::string(fault));
}

RelativePath RelativePath::known(std::string path) {
  RelativePath known;
  known.path_ = std::move(path);
  return known;
}

std::string_view RelativePath::filename() const {
  return last_component(path_);
}

std::string_view RelativePath::directory() const {
  const std::size_t slash = path_.rfind('/');
  return slash == std::string::npos ? std::string_view()
                                    : std::string_view(path_).substr(0, slash + 1);
}

std::string_view RelativePath::stem() const {
  const std::string_view name = filename();
  return name.substr(0, name.size() - extension().size());
}

std::string_view RelativePath::extension() const {
  return extension_of(path_);
}

std::string_view extension_of(std::string_view path) {
  const std::string_view name = last_component(path);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == name.size()) return {};
  if (name.size() - dot > RelativePath::kMaxExtensionBytes) return {};
  return name.substr(dot);
}

}  // namespace healthmetric::payload
