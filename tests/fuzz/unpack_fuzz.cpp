// The whole receiver on one or two payloads: the inbox is empty afterwards, each payload is stored
// or set aside whole, the storage agrees with its summaries, and running again changes nothing.
#include <sys/stat.h>

#include <filesystem>

#include "common/base/error.hpp"
#include "common/platform/file.hpp"
#include "common/program/log.hpp"
#include "receiver/commands/receive.hpp"
#include "receiver/commands/verify.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/fake_clock.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

namespace {

/// Stands between two payloads in the fuzzer's bytes; a NUL is in no payload that is right.
constexpr char kSeparator = '\0';

constexpr payload::Limits kLimits{1U << 16U, 1U << 18U, 50};

receiver::Options options() {
  receiver::Options options;
  options.limits = kLimits;
  options.incomplete_after = std::chrono::seconds(0);
  return options;
}

std::uint64_t size_of_rejected(const fs::path& root) {
  std::uint64_t total = 0;
  if (!fs::exists(root / "rejected")) return 0;
  for (const auto& file : fs::directory_iterator(root / "rejected")) {
    if (!file.path().string().ends_with(".reason.json")) total += file.file_size();
  }
  return total;
}

std::uint64_t size_of_stored_payloads(const receiver::Report& report, std::string_view first,
                                      std::string_view second) {
  std::uint64_t total = 0;
  for (const receiver::BatchReport& batch : report.batches) {
    if (batch.status != receiver::BatchReport::Status::stored) continue;
    for (const payload::RelativePath& payload : batch.payloads) {
      total += payload.filename().find("0002-last") == std::string_view::npos ? first.size()
                                                                              : second.size();
    }
  }
  return total;
}

void check(const fs::path& root, std::string_view first, std::string_view second) {
  FakeClock clock;
  archive::Storage storage(root, archive::Storage::Lock::exclusive);
  const receiver::Report report = receiver::receive(storage, options(), clock);
  require(fs::is_empty(root / "inbox"), "the inbox is empty");
  require(!fs::exists(root / ".staging"), "nothing stays staged");
  require(size_of_rejected(root) + size_of_stored_payloads(report, first, second) ==
              first.size() + second.size(),
          "every payload is stored or set aside whole");
  require(receiver::audit(storage, kLimits, clock, receiver::ShowProgress::no).found == 0,
          "the storage agrees with its summaries");
  require(receiver::receive(storage, options(), clock).batches.empty(),
          "running again finds nothing to do");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  log::set_up({"fuzz", log::Verbosity::quiet});
  const std::string_view text = text_of(data, size);
  const std::size_t end = text.find(kSeparator);
  const std::string_view first = text.substr(0, end);
  const std::string_view second =
      end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  const platform::TemporaryDirectory folder;
  const fs::path root = folder.path();
  fs::create_directory(root / "inbox");
  const std::string id = "20240115T103000Z-a-00000001";
  const auto put = [&](const std::string& name, std::string_view payload) {
    platform::OutputFile file(root / "inbox" / name);
    file.write(payload);
    file.flush();
  };
  if (end == std::string_view::npos) {
    put(id + ".json", first);
  } else {
    put(id + ".part-0001.json", first);
    put(id + ".part-0002-last.json", second);
  }
  check(root, first, second);
  return 0;
}
