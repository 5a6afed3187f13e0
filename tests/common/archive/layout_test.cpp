#include "common/archive/layout.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

TEST_CASE("the storage of a clone is the folder _storage in it") {
  CHECK(archive::storage_in("") == "_storage");
  CHECK(archive::storage_in("/data/clone") == "/data/clone/_storage");
  CHECK(archive::inbox_in("out") == "out/_storage/inbox");
  CHECK(archive::in_repository("inbox/a.json") == "_storage/inbox/a.json");
  CHECK(archive::summaries_in_repository() == "_storage/summaries");
}

TEST_CASE("the folder above a storage is distinguished from a storage") {
  TempDir dir;
  CHECK_FALSE(archive::holds_storage(dir.path()));
  fs::create_directories(dir.path() / "_storage");
  CHECK(archive::holds_storage(dir.path()));
  const char* const own = GENERATE("inbox", "summaries");
  fs::create_directories(dir.path() / own);
  CHECK_FALSE(archive::holds_storage(dir.path()));
}

TEST_CASE("a stored file may lie in any folder but those of the layout") {
  for (const char* const folder : {"inbox/", "summaries/", "rejected/", "receipts/"}) {
    CHECK(archive::is_layout_folder(folder));
  }
  for (const char* const folder : {"", "/", "inbox", "Inbox/", "inbox/a/", "batch/"}) {
    CHECK_FALSE(archive::is_layout_folder(folder));
  }
}

TEST_CASE("payloads are recognized by their names") {
  CHECK(archive::is_payload_name("a.json"));
  CHECK_FALSE(archive::is_payload_name(".a.json"));
  CHECK_FALSE(archive::is_payload_name("a.txt"));
  CHECK(archive::is_payload_name("a_processed_b.json"));
  CHECK(archive::is_first_generation_payload_name("a.json"));
  CHECK_FALSE(archive::is_first_generation_payload_name("a_processed_b.json"));
  CHECK_FALSE(archive::is_first_generation_payload_name("processing_summary_1.json"));
  CHECK_FALSE(archive::is_first_generation_payload_name("a.txt"));
  CHECK(archive::is_trigger_name(".trigger-1"));
  CHECK_FALSE(archive::is_trigger_name("trigger"));
}

TEST_CASE("a rejected payload and its reason are told from each other") {
  CHECK(archive::rejected_path("a.json", 1).str() == "rejected/a.json");
  CHECK(archive::rejected_path("a.json", 2).str() == "rejected/a.json~2");
  CHECK(archive::rejected_path("a.json.reason.json", 1).str() == "rejected/a.json.reason.json~2");
  CHECK(archive::rejected_path("a.json.reason.json", 2).str() == "rejected/a.json.reason.json~3");
  CHECK(archive::reason_of("rejected/a.json") == "rejected/a.json.reason.json");
  CHECK(archive::payload_of_reason("rejected/a.json.reason.json") == "rejected/a.json");
  CHECK(archive::payload_of_reason("rejected/a.json").empty());
}

TEST_CASE("staged files are in the staging folder") {
  CHECK(archive::staged_path("b/c.json").str() == ".staging/files/b/c.json");
  for (const payload::RelativePath& path :
       {archive::staged_path("b/c.json"), archive::temporary_path(), archive::kStagedManifest,
        archive::kStagedSummary}) {
    CHECK(archive::is_staged(path.str()));
  }
  CHECK(archive::temporary_path() != archive::temporary_path());
  CHECK_FALSE(archive::is_staged(".staging"));
  CHECK_FALSE(archive::is_staged(".staging-of-mine/a"));
}
