#include "receiver/unpack/reject_list.hpp"

#include "common/base/error.hpp"
#include "common/platform/file.hpp"
#include "common/text/json.hpp"

namespace healthmetric::unpack {
namespace {

constexpr std::uint64_t kMaxListBytes = 16 << 20;

}  // namespace

RejectList read_reject_list(const std::filesystem::path& file) {
  RejectList list;
  try {
    const text::Json json =
        text::parse_json(platform::read_file(file, kMaxListBytes), file.string());
    if (!json.is_object()) throw Error(ErrorCode::usage, file.string() + " is not a JSON object");
    for (const auto& [payload, reason] : json.items()) {
      if (!reason.is_string())
        throw Error(ErrorCode::usage, "the reason for " + payload + " is not a string");
      list.emplace(payload, reason.get<std::string>());
    }
  } catch (const Error& error) {
    throw Error(ErrorCode::usage, std::string("--reject-list: ") + error.what());
  }
  return list;
}

}  // namespace healthmetric::unpack
