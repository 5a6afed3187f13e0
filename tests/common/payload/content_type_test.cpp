#include "common/payload/content_type.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;
using namespace std::string_view_literals;

namespace {

constexpr auto kPng = "\x89PNG\r\n\x1a\n...."sv;
constexpr auto kJpeg = "\xff\xd8\xff\xe0"sv;
constexpr auto kWebp = "RIFF\x10\0\0\0WEBPVP8 "sv;
constexpr auto kBmp = "BM\x10\0\0\0\0\0\0\0"sv;

}  // namespace

TEST_CASE("the documented types are supported in any case") {
  for (const char* extension : {".json", ".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".svg",
                                ".txt", ".csv", ".xml", ".JSON", ".Png"}) {
    CHECK(payload::is_supported_extension(extension));
  }
  for (const char* extension : {"", ".", "json", ".pdf", ".zip", ".jsonx", ".exe"}) {
    CHECK_FALSE(payload::is_supported_extension(extension));
  }
}

TEST_CASE("the type follows from the extension if the bytes agree") {
  struct Row {
    std::string_view extension, bytes, type;
  };
  for (const Row& row : std::vector<Row>{{".json", "{}", "application/json"},
                                         {".csv", "a,b\n1,2\n", "text/csv"},
                                         {".txt", "hello", "text/plain"},
                                         {".xml", "<?xml version=\"1.0\"?><a/>", "application/xml"},
                                         {".svg", "<svg xmlns=\"x\"/>", "image/svg+xml"},
                                         {".PNG", kPng, "image/png"},
                                         {".jpg", kJpeg, "image/jpeg"},
                                         {".jpeg", kJpeg, "image/jpeg"},
                                         {".gif", "GIF89a", "image/gif"},
                                         {".bmp", kBmp, "image/bmp"},
                                         {".webp", kWebp, "image/webp"},
                                         {".txt", "\xff\xfeh\0i\0"sv, "text/plain"},
                                         {".txt", "{}", "text/plain"},
                                         {".json", "", "application/json"}}) {
    INFO(row.extension << " " << row.type);
    CHECK(payload::content_type(row.extension, row.bytes).name == row.type);
    CHECK(payload::content_type(row.extension, row.bytes).fits_extension);
  }
}

TEST_CASE("the type follows from the bytes if the extension is wrong") {
  CHECK(payload::content_type(".jpg", kPng).name == "image/png");
  CHECK(payload::content_type(".json", kJpeg).name == "image/jpeg");
  CHECK(payload::content_type(".png", "hello").name == "text/plain");
  CHECK(payload::content_type(".csv", "\0\1\2"sv).name == "application/octet-stream");
  CHECK_FALSE(payload::content_type(".jpg", kPng).fits_extension);
  CHECK_FALSE(payload::content_type(".json", kJpeg).fits_extension);
  CHECK_FALSE(payload::content_type(".txt", "\0\1"sv).fits_extension);
}

TEST_CASE("the type follows from the bytes if the extension is unknown") {
  CHECK(payload::content_type(".dat", kPng).name == "image/png");
  CHECK(payload::content_type("", "{\"a\": 1}").name == "application/json");
  CHECK(payload::content_type("", "\xef\xbb\xbf [1]").name == "application/json");
  CHECK(payload::content_type(".abc", "<?xml version=\"1.0\"?><svg/>").name == "image/svg+xml");
  CHECK(payload::content_type(".abc", "%PDF-1.7").name == "application/pdf");
  CHECK(payload::content_type(".abc", "words").name == "text/plain");
  CHECK(payload::content_type(".abc", "").name == "application/octet-stream");
  CHECK(payload::content_type(".abc", "\0"sv).fits_extension);
}
