#include "receiver/page/page_data.hpp"

#include "common/text/json.hpp"
#include "tests/support/catch.hpp"

using namespace healthmetric;
using page::BatchFiles;
using page::PageData;
using text::Json;

namespace {

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'800'000'000)};

payload::BatchId id_of(unsigned number) {
  return {kNow - std::chrono::hours(number), "daily", "0000000" + std::to_string(number)};
}

archive::RecordedBatch batch_of(std::uint64_t files) {
  archive::RecordedBatch batch;
  batch.batch_name = "daily";
  batch.producer.id = "lab";
  batch.processed_at = kNow;
  batch.total_files = files;
  batch.total_size_bytes = 10 * files;
  return batch;
}

archive::RecordedFile file_of(const std::string& path) {
  archive::RecordedFile file;
  file.path = path;
  file.size_bytes = 10;
  file.sha256 = std::string(64, 'a');
  file.content_type = "text/csv";
  return file;
}

BatchFiles files_of(const std::vector<std::string>& paths) {
  BatchFiles files;
  for (const std::string& path : paths) files.add(file_of(path));
  return files;
}

Json json_of(const PageData& data) {
  return text::parse_json(data.to_json({kNow, kNow, {}, "{}", 0}), "the page");
}

}  // namespace

TEST_CASE("times are differences, and texts are there once") {
  PageData data(10);
  data.add(id_of(1), batch_of(1), files_of({"a.csv"}));
  data.add(id_of(3), batch_of(2), files_of({"a.csv", "b.csv"}));
  const Json json = json_of(data);
  CHECK(json["batches"]["time"] == Json({1'800'000'000 - 3600, 7200}));
  CHECK(json["batches"]["processed"] == Json({3600, 10800}));
  CHECK(json["batches"]["unique"] == "0000000100000003");
  CHECK(json["batches"]["listed"] == Json({1, 2}));
  CHECK(json["files"]["path"] == Json({0, 0, 1}));
  CHECK(json["files"]["sha256"] == "aaaaaaaaaaaaaaaaaaaaaaaa");
  CHECK(json["files"]["modified"] == Json({nullptr, nullptr, nullptr}));
  CHECK(json["texts"]["paths"] == Json({"a.csv", "b.csv"}));
  CHECK(json["texts"]["producers"] == Json({"lab"}));
  CHECK(json["type_sets"] == Json::array({Json::array({0})}));
}

TEST_CASE("a rejected batch refers to its reason") {
  PageData data(10);
  archive::RecordedBatch batch = batch_of(3);
  data.add(id_of(1), batch, files_of({"a", "b", "c"}));
  batch.status = archive::BatchStatus::rejected;
  batch.reason = "why";
  data.add(id_of(2), batch, {});
  const Json json = json_of(data);
  CHECK(json["batches"]["reason"] == Json({0, 1}));
  CHECK(json["texts"]["reasons"] == Json({"why"}));
  CHECK(json["unlisted_batches"] == 0);
}

TEST_CASE("older batches are sums, which do not overflow") {
  PageData data(1);
  CHECK(data.has_room());
  data.add(id_of(1), batch_of(1), files_of({"a"}));
  CHECK_FALSE(data.has_room());
  archive::RecordedBatch batch = batch_of(5);
  batch.total_size_bytes = UINT64_MAX - 3;
  data.add_older(batch);
  data.add_older(batch);
  batch.status = archive::BatchStatus::rejected;
  data.add_older(batch);
  CHECK(data.older_batches() == 3);
  CHECK(json_of(data)["before"] == Json({{"batches", 3}, {"files", 10}, {"bytes", UINT64_MAX}}));
}

TEST_CASE("a batch lists so many files and types, and no more") {
  BatchFiles files;
  for (std::size_t i = 0; i < BatchFiles::kMaxFiles + 5; ++i) {
    archive::RecordedFile file = file_of("f" + std::to_string(i));
    file.content_type = "x/" + std::to_string(i);
    files.add(file);
  }
  PageData data(10);
  data.add(id_of(1), batch_of(BatchFiles::kMaxFiles + 5), files);
  const Json json = json_of(data);
  CHECK(json["batches"]["listed"] == Json({BatchFiles::kMaxFiles}));
  CHECK(json["unlisted_batches"] == 1);
  CHECK(json["type_sets"][0].size() == BatchFiles::kMaxTypes);
}

TEST_CASE("the files of many batches end where there is no more room") {
  PageData data(1'000);
  const std::string folder(3'000, 'x');
  for (unsigned i = 0; i < 20; ++i) {
    BatchFiles files;
    for (std::size_t n = 0; n < 100; ++n) {
      files.add(file_of(folder + std::to_string(i) + "-" + std::to_string(n)));
    }
    data.add(id_of(i % 10), batch_of(100), files);
  }
  const Json json = json_of(data);
  CHECK(json["batches"]["listed"][0] == 100);
  CHECK(json["batches"]["listed"][19] == 0);
  CHECK(json["texts"]["paths"].dump().size() < PageData::kMaxFilesBytes + 10'000);
}

TEST_CASE("what is gone is listed up to a hundred paths") {
  PageData data(10);
  archive::RecordedBatch batch = batch_of(0);
  for (unsigned i = 0; i < 103; ++i) batch.gone.emplace_back("gone-" + std::to_string(i));
  data.add(id_of(1), batch_of(0), {});
  data.add(id_of(2), batch, {});
  const Json json = json_of(data);
  CHECK(json["gone"]["1"].size() == 100);
  CHECK(json["more_gone"] == Json({{"1", 3}}));
}

TEST_CASE("a page without batches has all its columns") {
  const Json json = json_of(PageData(1));
  CHECK(json["batches"]["time"] == Json::array());
  CHECK(json["files"]["sha256"] == "");
  CHECK(json["texts"]["paths"] == Json::array());
}
