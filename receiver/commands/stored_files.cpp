#include "receiver/commands/stored_files.hpp"

#include "common/archive/layout.hpp"
#include "common/archive/summary_index.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/payload/relative_path.hpp"
#include "common/program/log.hpp"
#include "receiver/commands/git_repository.hpp"

namespace healthmetric::receiver {

std::optional<platform::InputFile> StoredFiles::open(const archive::RecordedFile& file,
                                                     const std::string& batch_id) {
  try {
    auto stored = storage_.open(
        payload::RelativePath(file.stored_path, payload::RelativePath::kMaxStoredBytes));
    if (!stored) {
      ++missing_;
      complain(Error(ErrorCode::io,
                     fmt::format("missing: {} of {}", in_quotes(file.stored_path), batch_id)));
      return {};
    }
    const std::uint64_t size = stored->first_state().size_bytes;
    if (size == file.size_bytes) return stored;
    report_changed(file, batch_id, fmt::format("it has {} bytes, not {}", size, file.size_bytes));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::io) {
      report_unreadable(file, batch_id, error);
    } else if (error.code() == ErrorCode::unsafe_path) {
      report_changed(file, batch_id, error.what());
    } else {
      throw;
    }
  }
  return {};
}

void StoredFiles::report_changed(const archive::RecordedFile& file, const std::string& batch_id,
                                 const std::string& detail) {
  complain(Error(ErrorCode::io, fmt::format("changed: {} of {}: {}", in_quotes(file.stored_path),
                                            batch_id, detail)));
}

void StoredFiles::report_unreadable(const archive::RecordedFile& file, const std::string& batch_id,
                                    const Error& why) {
  complain(Error(ErrorCode::io, fmt::format("unreadable: {} of {}: {}", in_quotes(file.stored_path),
                                            batch_id, why.what())));
}

void StoredFiles::complain(const Error& why) {
  if (!told_.insert(why.what()).second) return;
  log::error(why.what());
  ++faults_;
}

void StoredFiles::suggest_checkout(std::uint64_t batches) {
  if (is_checkout_suggested_) return;
  const bool lacks_all = batches == 0 && lacks_summaries(storage_);
  if (lacks_all) {
    complain(Error(ErrorCode::io, "there are no summaries in " + in_quotes(storage_.root()) +
                                      ", which is in a sparse clone"));
  }
  if (!lacks_all && missing_ == 0) return;
  is_checkout_suggested_ = receiver::suggest_checkout(storage_);
}

bool StoredFiles::is_nothing_stored() const {
  if (faults_ > 0) return false;
  bool is_any = false;
  const auto note = [&](const payload::RelativePath&, const payload::BatchId&) {
    is_any = true;
    return archive::Next::stop;
  };
  const auto complain = [&](const Error&) { is_any = true; };
  archive::for_each_summary(storage_, {}, archive::Order::oldest_first, {note, complain});
  return !is_any;
}

void StoredFiles::say_there_is_no(std::string_view thing) const {
  log::info(is_nothing_stored()
                ? nothing_stored_text(storage_.root())
                : fmt::format("there is no such {} in {}", thing, in_quotes(storage_.root())));
}

std::string nothing_stored_text(const std::string& storage) {
  return "nothing is stored in " + in_quotes(storage) + " yet";
}

bool lacks_summaries(archive::StorageReader& storage) {
  return is_sparse_clone(storage.root()) && !storage.has_folder(archive::kSummariesFolder);
}

bool suggest_checkout(const archive::StorageReader& storage) {
  if (!is_in_git_repository(storage.root())) return false;
  log::info(
      fmt::format("what a sparse or partial clone left out is fetched by "
                  "git -C {} checkout --ignore-skip-worktree-bits HEAD -- .",
                  in_quotes(storage.root())));
  return true;
}

}  // namespace healthmetric::receiver
