#include "common/archive/layout.hpp"

#include "common/base/format.hpp"
#include "common/platform/file.hpp"
#include "common/text/timestamp.hpp"

namespace healthmetric::archive {
namespace {

constexpr std::string_view kPayloadExtension = ".json";
constexpr std::string_view kReasonSuffix = ".reason.json";
constexpr std::string_view kTriggerPrefix = ".trigger";
constexpr std::string_view kStagedFiles = "/files/";

std::string joined(std::string_view folder, std::string_view rest) {
  return std::string(folder).append(rest);
}

enum class ByDay { yes, no };

payload::RelativePath summary_of(const payload::BatchId& id, ByDay by_day) {
  constexpr std::size_t kMonthLength = std::string_view("2024/01").size();
  std::string folder = day_folder(id.time);
  if (by_day == ByDay::no) folder.resize(kMonthLength);
  return payload::RelativePath(
      fmt::format("{}{}/{}{}", kSummariesFolder, folder, id.str(), kPayloadExtension));
}

}  // namespace

bool is_layout_folder(std::string_view folder) {
  return folder == kInboxFolder || folder == kSummariesFolder || folder == kRejectedFolder ||
         folder == kReceiptsFolder;
}

std::string in_repository(std::string_view path) {
  return joined(kStorageFolder, path);
}

std::string summaries_in_repository() {
  return in_repository(kSummariesFolder.substr(0, kSummariesFolder.size() - 1));
}

std::string receipts_in_repository() {
  return in_repository(kReceiptsFolder.substr(0, kReceiptsFolder.size() - 1));
}

std::filesystem::path storage_in(const std::filesystem::path& clone) {
  return (clone / kStorageFolder).parent_path();  // without the slash
}

std::filesystem::path inbox_in(const std::filesystem::path& clone) {
  return (storage_in(clone) / kInboxFolder).parent_path();
}

bool holds_storage(const std::filesystem::path& folder) {
  std::error_code error;
  const auto has = [&](std::string_view name) {
    return std::filesystem::is_directory(folder / name, error);
  };
  return has(kStorageFolder) && !has(kInboxFolder) && !has(kSummariesFolder);
}

payload::RelativePath inbox_path(std::string_view payload_file) {
  return payload::RelativePath(joined(kInboxFolder, payload_file));
}

bool is_payload_name(std::string_view name) {
  return name.ends_with(kPayloadExtension) && !name.starts_with('.');
}

bool is_first_generation_payload_name(std::string_view name) {
  return name.ends_with(kPayloadExtension) && name.find("_processed_") == std::string_view::npos &&
         name.find("processing_summary") == std::string_view::npos;
}

bool is_trigger_name(std::string_view name) {
  return name.starts_with(kTriggerPrefix);
}

std::string day_folder(std::chrono::sys_seconds time) {
  const std::string text = text::format_compact_timestamp(time);
  return fmt::format("{}/{}/{}", text.substr(0, 4), text.substr(4, 2), text.substr(6, 2));
}

payload::RelativePath summary_path(const payload::BatchId& id) {
  return summary_of(id, ByDay::yes);
}

payload::RelativePath flat_summary_path(const payload::BatchId& id) {
  return summary_of(id, ByDay::no);
}

payload::RelativePath receipt_path(std::string_view day, const payload::BatchId& id) {
  return payload::RelativePath(
      fmt::format("{}{}/{}{}", kReceiptsFolder, day, id.str(), kPayloadExtension));
}

bool is_summary_name(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.ends_with(kPayloadExtension) && !name.starts_with('.');
}

std::string_view batch_of_summary(std::string_view name) {
  if (!name.ends_with(kPayloadExtension)) return {};
  return name.substr(0, name.size() - kPayloadExtension.size());
}

/// One that is named like a reason never has its own name: it would be taken for the reason of
/// another.
payload::RelativePath rejected_path(std::string_view payload_file, unsigned attempt) {
  const unsigned number = attempt + (payload_file.ends_with(kReasonSuffix) ? 1 : 0);
  std::string path = joined(kRejectedFolder, payload_file);
  if (number > 1) path += fmt::format("~{}", number);
  return payload::RelativePath(std::move(path));
}

std::string reason_of(std::string_view rejected) {
  return joined(rejected, kReasonSuffix);
}

std::string_view payload_of_reason(std::string_view reason) {
  if (!reason.ends_with(kReasonSuffix)) return {};
  return reason.substr(0, reason.size() - kReasonSuffix.size());
}

payload::RelativePath staged_path(std::string_view stored_path) {
  std::string path = kStagingFolder.str();
  path.append(kStagedFiles).append(stored_path);
  return payload::RelativePath::known(std::move(path));
}

payload::RelativePath temporary_path() {
  return payload::RelativePath(kStagingFolder.str() + "/new-" + platform::random_hex(8));
}

bool is_staged(std::string_view path) {
  return path.starts_with(kStagingFolder.str() + "/");
}

}  // namespace healthmetric::archive
