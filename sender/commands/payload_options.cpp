#include "sender/commands/payload_options.hpp"

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/platform/user_dirs.hpp"
#include "common/program/option_values.hpp"

namespace healthmetric::sender {
namespace {

constexpr const char* kPayloadGroup = "Payloads and the outbox";

void check_part_size(const std::string& text) {
  if (program::parse_size(text) < model::kMinPartBytes) {
    const bool lacks_unit = text.find_first_not_of("0123456789") == std::string::npos;
    throw Error(
        ErrorCode::usage,
        "the smallest part size is 64K" +
            (lacks_unit ? fmt::format("; {0} means {0} bytes: did you mean {0}M?", text) : ""));
  }
}

}  // namespace

PayloadOptions::PayloadOptions() : OptionGroup(kPayloadGroup) {
  add({.name = "part-size",
       .value = "SIZE",
       .help = "Split the batch into payloads of at most SIZE (default 20M)",
       .goes_to = &part_size_,
       .check = check_part_size});
  add({.name = "compress",
       .value = "HOW",
       .help = "Compress contents: none or zstd (default none)",
       .goes_to = &compress_,
       .choices = {"none", "zstd"}});
}

void PayloadOptions::put_into(Options& options) const {
  if (!part_size_.empty()) options.part_limit_bytes = program::parse_size(part_size_);
  if (const auto* const filter = codec::find_filter(compress_)) {
    options.encoding = payload::Encoding({filter});
  }
}

OutboxOptions::OutboxOptions() : OptionGroup(kPayloadGroup) {
  add({.name = "state-dir",
       .value = "DIR",
       .help =
           fmt::format("Where the outbox is (default: {})", platform::state_folder_text().shown),
       .goes_to = &state_dir_});
  add({.name = "outbox-limit",
       .value = "SIZE",
       .help = "Queue nothing that would make the outbox larger than SIZE (default 2G)",
       .goes_to = &limit_,
       .check = program::check_size});
}

void OutboxOptions::put_into(Options& options) const {
  options.state_dir = state_dir_;
  if (!limit_.empty()) options.outbox_limit_bytes = program::parse_size(limit_);
}

std::filesystem::path default_state_dir() {
  if (auto folder = platform::state_folder()) return *std::move(folder);
  throw Error(ErrorCode::usage, fmt::format("cannot tell where the outbox is: {}; use --state-dir",
                                            platform::state_folder_text().why_unknown));
}

}  // namespace healthmetric::sender
