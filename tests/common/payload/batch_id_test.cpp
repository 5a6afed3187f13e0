#include "common/payload/batch_id.hpp"

#include "common/payload/batch.hpp"
#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("a slug is fit for a path component") {
  CHECK(slug("test_batch") == "test_batch");
  CHECK(slug("Heart rate: January/2024") == "Heart_rate__January_2024");
  CHECK(slug("\xc3\x84rztin") == "_rztin");
  CHECK(slug("\xe5\xbf\x83\xe6\x8b\x8d") == "__");
  CHECK(slug("..") == "_.");
  CHECK(slug("") == "data");
  CHECK(slug("\xff\xfe") == "__");
  CHECK(slug(std::string(100, 'a')) == std::string(64, 'a'));
}

TEST_CASE("a batch id is read as it is written") {
  const char* const text =
      GENERATE("20240115T103000Z-test_batch-3f9a1c07", "20240115T103000Z-a-00000000",
               "20240115T103000Z-a-b-c-deadbeef", "20240115T103000Z-x.part-0001-12345678");
  const auto id = BatchId::parse(text);
  REQUIRE(id);
  CHECK(id->str() == text);
  CHECK(PayloadName{*id}.str() == std::string(text) + ".json");
}

TEST_CASE("what is no batch id is none") {
  const char* const text = GENERATE(
      "", "x", "20240115T103000Z", "20240115T103000Z--3f9a1c07", "20240115T103000Z-a-3f9a1c0",
      "20240115T103000Z-a-3F9A1C07", "20240115T103000Z-a-3f9a1c0g", "20240230T103000Z-a-3f9a1c07",
      "20240115T103000Z-a b-3f9a1c07", "20240115T103000Z-../x-3f9a1c07",
      "20240115T103000Z-.a-3f9a1c07", "20240115T103000Z_a_3f9a1c07", "20240115T103000Z-3f9a1c07");
  INFO(text);
  CHECK_FALSE(BatchId::parse(text));
}

TEST_CASE("a slug in an id has a largest length") {
  const auto with_slug = [](std::size_t size) {
    return "20240115T103000Z-" + std::string(size, 'a') + "-3f9a1c07";
  };
  CHECK(BatchId::parse(with_slug(64)));
  CHECK_FALSE(BatchId::parse(with_slug(65)));
}

TEST_CASE("payload names tell their part") {
  const BatchId id = BatchId::parse("20240115T103000Z-a-3f9a1c07").value();
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
    const PayloadName name{id, row.part, row.last};
    CHECK(name.str() == id.str() + row.suffix);
    CHECK(PayloadName::parse(name.str()) == name);
  }
}

TEST_CASE("a payload has one name only") {
  const char* const suffix =
      GENERATE("", ".txt", ".JSON", ".part-1.json", ".part-0000.json", ".part-00001.json",
               ".part-0001-last.json", ".part-x001.json", ".part-0001-LAST.json",
               ".part-9999999.json", ".part-.json", ".reason.json");
  INFO(suffix);
  CHECK_FALSE(PayloadName::parse(std::string("20240115T103000Z-a-3f9a1c07") + suffix));
}

TEST_CASE("a batch without a name is called like its source") {
  CHECK(default_batch_name("/home/lab/march data") == "march data");
  CHECK(default_batch_name("/home/lab/march/") == "march");
  CHECK(default_batch_name("C:\\data\\march") == "march");
  CHECK(default_batch_name("C:\\data\\march\\") == "march");
  CHECK(default_batch_name("file.json") == "file.json");
  CHECK(default_batch_name("") == "data");
  CHECK(default_batch_name("///") == "data");
}

TEST_CASE("all parts of a batch are told from some") {
  const BatchId id = BatchId::parse("20240115T103000Z-a-00000001").value();
  const PayloadName whole{id, 1, true};
  const PayloadName first{id, 1, false};
  const PayloadName second{id, 2, false};
  const PayloadName third{id, 3, true};
  CHECK(are_all_parts({whole}));
  CHECK(are_all_parts({third, first, second}));
  CHECK(are_all_parts({first, first, second, third, third}));
  CHECK_FALSE(are_all_parts({}));
  CHECK_FALSE(are_all_parts({first}));
  CHECK_FALSE(are_all_parts({first, second}));
  CHECK_FALSE(are_all_parts({first, third}));
  CHECK_FALSE(are_all_parts({second, third}));
  CHECK_FALSE(are_all_parts({first, PayloadName{id, 2, true}, third}));
}
