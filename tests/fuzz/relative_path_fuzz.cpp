// A path that is accepted stays in its folder, and gets a stored name that every system takes.
#include "common/payload/relative_path.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "common/base/error.hpp"
#include "receiver/unpack/stored_name.hpp"
#include "tests/fuzz/require.hpp"

using namespace healthmetric;

namespace {

const payload::BatchId kBatch = payload::BatchId::parse("20240115T103000Z-a-00000001").value();
const unpack::NameTemplate kPattern{std::string(unpack::NameTemplate::kDefault)};
constexpr std::uint64_t kMaxFolders = 1000;

std::optional<payload::RelativePath> accepted(std::string_view text) {
  try {
    return payload::RelativePath(std::string(text));
  } catch (const Error& error) {
    require(error.code() == ErrorCode::unsafe_path, "a path is refused as unsafe");
    return {};
  }
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

void check_inside(const std::string& path) {
  const std::filesystem::path parsed(path);
  require(parsed.is_relative() && parsed.lexically_normal() == parsed, "it is relative and normal");
  require(
      std::none_of(parsed.begin(), parsed.end(),
                   [](const auto& part) { return part == ".." || part == "." || part == ".git"; }),
      "no component leads up or into .git");
  require(std::none_of(path.begin(), path.end(), is_control), "it has no control character");
}

void check_stored(const std::string& path) {
  require(path.find_first_of("<>:\"|?*\\") == std::string::npos, "Windows takes every character");
  for (const auto& part : std::filesystem::path(path)) {
    const std::string name = part.string();
    require(name.size() <= payload::RelativePath::kMaxComponentBytes, "no component is too long");
    require(name.back() != '.' && name.back() != ' ', "Windows takes every ending");
    require(unpack::portable_component(name) == name, "a stored name needs no change");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto path = accepted(text_of(data, size));
  if (!path) return 0;
  check_inside(path->str());
  require(
      std::string(path->directory()) + std::string(path->stem()) + std::string(path->extension()) ==
          path->str(),
      "a path is what it comes apart into");
  unpack::StoredNames names(kPattern, kBatch, kBatch.slug, kMaxFolders);
  const std::string first = names.place(*path).str();
  const std::string second = names.place(*path).str();
  require(first != second, "two files never share a name");
  for (const std::string& stored : {first, second}) {
    check_inside(stored);
    check_stored(stored);
  }
  return 0;
}
