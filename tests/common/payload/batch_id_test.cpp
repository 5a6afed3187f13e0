#include "common/payload/batch_id.hpp"

#include "common/payload/batch.hpp"
#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("a slug is a valid path component") {
  CHECK(payload::slug("test_batch") == "test_batch");
  CHECK(payload::slug("Heart rate: January/2024") == "Heart_rate__January_2024");
  CHECK(payload::slug("\xc3\x84rztin") == "_rztin");
  CHECK(payload::slug("\xe5\xbf\x83\xe6\x8b\x8d") == "__");
  CHECK(payload::slug("..") == "_.");
  CHECK(payload::slug("") == "data");
  CHECK(payload::slug("\xff\xfe") == "__");
  CHECK(payload::slug(std::string(100, 'a')) == std::string(64, 'a'));
}

TEST_CASE("a batch id is parsed from its text") {
  const char* const text =
      GENERATE("20240115T103000Z-test_batch-3f9a1c07", "20240115T103000Z-a-00000000",
               "20240115T103000Z-a-b-c-deadbeef", "20240115T103000Z-x.part-0001-12345678");
  const auto id = payload::BatchId::parse(text);
  REQUIRE(id);
  CHECK(id->str() == text);
  CHECK(payload::PayloadName{*id}.str() == std::string(text) + ".json");
}

TEST_CASE("invalid batch ids are refused") {
  const char* const text = GENERATE(
      "", "x", "20240115T103000Z", "20240115T103000Z--3f9a1c07", "20240115T103000Z-a-3f9a1c0",
      "20240115T103000Z-a-3F9A1C07", "20240115T103000Z-a-3f9a1c0g", "20240230T103000Z-a-3f9a1c07",
      "20240115T103000Z-a b-3f9a1c07", "20240115T103000Z-../x-3f9a1c07",
      "20240115T103000Z-.a-3f9a1c07", "20240115T103000Z_a_3f9a1c07", "20240115T103000Z-3f9a1c07");
  INFO(text);
  CHECK_FALSE(payload::BatchId::parse(text));
}

TEST_CASE("the length of a slug is limited") {
  const auto with_slug = [](std::size_t size) {
    return "20240115T103000Z-" + std::string(size, 'a') + "-3f9a1c07";
  };
  CHECK(payload::BatchId::parse(with_slug(64)));
  CHECK_FALSE(payload::BatchId::parse(with_slug(65)));
}

TEST_CASE("payload names contain the part's number") {
  const payload::BatchId id = payload::BatchId::parse("20240115T103000Z-a-3f9a1c07").value();
  struct Row {
    unsigned part;
    bool last;
    std::string suffix;
  };
  for (const Row& row : std::vector<Row>{{1, true, ".json"},
                                         {1, false, ".part-0001.json"},
                                         {2, true, ".part-0002-last.json"},
                                         {9999, false, ".part-9999.json"},
                                         {12345, true, ".part-12345-last.json"}}) {
    const payload::PayloadName name{id, row.part, row.last};
    CHECK(name.str() == id.str() + row.suffix);
    CHECK(payload::PayloadName::parse(name.str()) == name);
  }
}

TEST_CASE("each payload name has one spelling only") {
  const char* const suffix =
      GENERATE("", ".txt", ".JSON", ".part-1.json", ".part-0000.json", ".part-00001.json",
               ".part-0001-last.json", ".part-x001.json", ".part-0001-LAST.json",
               ".part-9999999.json", ".part-.json", ".reason.json");
  INFO(suffix);
  CHECK_FALSE(payload::PayloadName::parse(std::string("20240115T103000Z-a-3f9a1c07") + suffix));
}

TEST_CASE("a batch without a name is named after its source") {
  CHECK(payload::default_batch_name("/home/lab/march data") == "march data");
  CHECK(payload::default_batch_name("/home/lab/march/") == "march");
  CHECK(payload::default_batch_name("C:\\data\\march") == "march");
  CHECK(payload::default_batch_name("C:\\data\\march\\") == "march");
  CHECK(payload::default_batch_name("file.json") == "file.json");
  CHECK(payload::default_batch_name("") == "data");
  CHECK(payload::default_batch_name("///") == "data");
}

TEST_CASE("a complete batch is distinguished from an incomplete one") {
  const payload::BatchId id = payload::BatchId::parse("20240115T103000Z-a-00000001").value();
  const payload::PayloadName whole{id, 1, true};
  const payload::PayloadName first{id, 1, false};
  const payload::PayloadName second{id, 2, false};
  const payload::PayloadName third{id, 3, true};
  CHECK(payload::are_all_parts({whole}));
  CHECK(payload::are_all_parts({third, first, second}));
  CHECK(payload::are_all_parts({first, first, second, third, third}));
  CHECK_FALSE(payload::are_all_parts({}));
  CHECK_FALSE(payload::are_all_parts({first}));
  CHECK_FALSE(payload::are_all_parts({first, second}));
  CHECK_FALSE(payload::are_all_parts({first, third}));
  CHECK_FALSE(payload::are_all_parts({second, third}));
  CHECK_FALSE(payload::are_all_parts({first, payload::PayloadName{id, 2, true}, third}));
}
