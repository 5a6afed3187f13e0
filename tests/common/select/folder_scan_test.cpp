#include "common/select/folder_scan.hpp"
#include "common/select/text_source.hpp"

#include <sys/stat.h>

#include "common/platform/file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

namespace {

void put(const fs::path& file, std::string_view content = "x") {
  fs::create_directories(file.parent_path());
  platform::write_file_atomically(file, content);
}

std::vector<std::string> paths_of(const select::ScanResult& result) {
  std::vector<std::string> paths;
  for (const select::SourceFile file : result.files) paths.push_back(file.path.str());
  return paths;
}

/// "path: reason" of each, with "!" in front where it is an error.
std::vector<std::string> skipped_in(const select::ScanResult& result) {
  std::vector<std::string> found;
  for (const select::Skipped& file : result.skipped) {
    found.push_back((file.cause == select::SkipCause::by_error ? "!" : "") + file.file.path + ": " +
                    file.file.reason);
  }
  return found;
}

select::ScanRules all_types() {
  select::ScanRules rules;
  rules.types = select::Types::all;
  return rules;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a folder is scanned to its depth and sorted by path") {
  const TempDir dir;
  for (const char* path : {"b.json", "a/z.csv", "a/b/c.TXT", "a.json", "Z.png"})
    put(dir.path() / path);
  const select::ScanResult result = select::scan_folder(dir.path(), {}, {});
  CHECK(paths_of(result) == Texts{"Z.png", "a.json", "a/b/c.TXT", "a/z.csv", "b.json"});
  CHECK(result.size_bytes == 5);
  CHECK(result.skipped.empty());
  for (const select::SourceFile file : result.files)
    CHECK(fs::path(file.location()) == dir.path() / file.path.str());
}

TEST_CASE("files skipped by rule are listed with the reason") {
  const TempDir dir;
  put(dir.path() / "a.json");
  put(dir.path() / ".hidden.json");
  put(dir.path() / ".git/config.json");
  put(dir.path() / "notes.pdf");
  put(dir.path() / "noext");
  fs::create_symlink("a.json", dir.path() / "link.json");
  fs::create_directory_symlink(".", dir.path() / "loop");
  REQUIRE(::mkfifo((dir.path() / "pipe.json").c_str(), 0600) == 0);
  const select::ScanResult result = select::scan_folder(dir.path(), {}, {});
  CHECK(paths_of(result) == Texts{"a.json"});
  CHECK(skipped_in(result) == Texts{".git: hidden", ".hidden.json: hidden",
                                    "link.json: a symbolic link", "loop: a symbolic link",
                                    "noext: unsupported type", "notes.pdf: unsupported type",
                                    "pipe.json: a named pipe"});
}

TEST_CASE("all types means every regular file") {
  const TempDir dir;
  put(dir.path() / "notes.pdf");
  put(dir.path() / "noext");
  CHECK(paths_of(select::scan_folder(dir.path(), all_types(), {})) == Texts{"noext", "notes.pdf"});
}

TEST_CASE("names that cannot be sent are errors") {
  const TempDir dir;
  put(dir.path() / "good.json");
  put(dir.path() / "b\xff.json");
  put(dir.path() / "c\n.json");
  put(dir.path() / "d\\e.json");
  const select::ScanResult result = select::scan_folder(dir.path(), {}, {});
  CHECK(paths_of(result) == Texts{"good.json"});
  REQUIRE(result.skipped.size() == 3);
  for (const select::Skipped& file : result.skipped)
    CHECK(file.cause == select::SkipCause::by_error);
}

TEST_CASE("a file at the size limit goes and one over it is an error") {
  const TempDir dir;
  put(dir.path() / "at.json", "1234");
  put(dir.path() / "over.json", "12345");
  payload::Limits limits;
  limits.max_file_bytes = 4;
  const select::ScanResult result = select::scan_folder(dir.path(), {}, limits);
  CHECK(paths_of(result) == Texts{"at.json"});
  REQUIRE(result.skipped.size() == 1);
  CHECK(result.skipped.front().cause == select::SkipCause::by_error);
  CHECK(result.skipped.front().file.reason.find("--max-file-size") != std::string::npos);
}

TEST_CASE("batches over a limit are refused before anything is packed") {
  const TempDir dir;
  put(dir.path() / "a.json", "12");
  put(dir.path() / "b.json", "34");
  payload::Limits limits;
  limits.max_files = 2;
  limits.max_batch_bytes = 4;
  CHECK_FALSE(error_of([&] { select::scan_folder(dir.path(), {}, limits); }));
  limits.max_files = 1;
  CHECK(error_code_of([&] { select::scan_folder(dir.path(), {}, limits); }) == ErrorCode::usage);
  limits.max_files = 2;
  limits.max_batch_bytes = 3;
  CHECK(error_code_of([&] { select::scan_folder(dir.path(), {}, limits); }) == ErrorCode::usage);
}

TEST_CASE("a path that is not a folder is a usage error") {
  const TempDir dir;
  put(dir.path() / "file");
  for (const char* name : {"gone", "file"}) {
    const auto error = error_of([&] { select::scan_folder(dir.path() / name, all_types(), {}); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::usage);
    CHECK(std::string(error->what()).find(name) != std::string::npos);
  }
}

TEST_CASE("files named on the command line are sent whatever their type, under their names") {
  const TempDir dir;
  put(dir.path() / "x/scan.dcm");
  put(dir.path() / "y/.hidden");
  const select::ScanResult result =
      select::scan_files({dir.path() / "x/scan.dcm", dir.path() / "y/.hidden"}, {});
  CHECK(paths_of(result) == Texts{".hidden", "scan.dcm"});
}

TEST_CASE("a named file that cannot be sent is an error and the others are sent") {
  const TempDir dir;
  put(dir.path() / "a");
  const select::ScanResult result =
      select::scan_files({dir.path() / "a", dir.path() / "gone", dir.path()}, {});
  CHECK(paths_of(result) == Texts{"a"});
  REQUIRE(result.skipped.size() == 2);
  for (const select::Skipped& file : result.skipped)
    CHECK(file.cause == select::SkipCause::by_error);
  CHECK(error_code_of([&] { select::scan_files({dir.path() / "gone"}, {}); }) == ErrorCode::usage);
}

TEST_CASE("a symbolic link named on the command line is not followed") {
  const TempDir dir;
  put(dir.path() / "a");
  fs::create_symlink("a", dir.path() / "link");
  const select::ScanResult result = select::scan_files({dir.path() / "a", dir.path() / "link"}, {});
  CHECK(paths_of(result) == Texts{"a"});
  REQUIRE(result.skipped.size() == 1);
  CHECK(result.skipped.front().cause == select::SkipCause::by_error);
  CHECK(result.skipped.front().file.reason == "it is a symbolic link");
}

TEST_CASE("hidden files are sent if requested, but never git's or our own") {
  const TempDir dir;
  for (const char* path : {".a.json", ".h/b.json", ".git/c.json", "s/.GIT/d.json"}) {
    put(dir.path() / path);
  }
  put(dir.path() / ".healthmetricignore", "nothing-of-that-name\n");
  select::ScanRules rules = all_types();
  rules.hidden = select::Hidden::send;
  CHECK(paths_of(select::scan_folder(dir.path(), rules, {})) == Texts{".a.json", ".h/b.json"});
}

TEST_CASE("sub-folders stay when only the folder itself is asked for") {
  const TempDir dir;
  put(dir.path() / "a.json");
  put(dir.path() / "s/b.json");
  select::ScanRules rules;
  rules.subfolders = select::Subfolders::skip;
  const select::ScanResult result = select::scan_folder(dir.path(), rules, {});
  CHECK(paths_of(result) == Texts{"a.json"});
  CHECK(skipped_in(result) == Texts{"s: a sub-folder (--no-recursive)"});
}

TEST_CASE("a pattern overrides types and ignore files, but not .git") {
  const TempDir dir;
  for (const char* path : {"a.csv", "b.json", "keep.pdf", "raw/c.csv", ".git/keep.pdf"}) {
    put(dir.path() / path);
  }
  put(dir.path() / ".healthmetricignore", "keep.pdf\nb.json\n");
  select::ScanRules rules;
  rules.hidden = select::Hidden::send;
  rules.patterns = patterns::PathPatterns(
      {{patterns::Verdict::exclude, "raw"}, {patterns::Verdict::include, "keep.pdf"}});
  const select::ScanResult result = select::scan_folder(dir.path(), rules, {});
  CHECK(paths_of(result) == Texts{"a.csv", "keep.pdf"});
  CHECK(skipped_in(result) ==
        Texts{".git: hidden", "b.json: ignored by .healthmetricignore", "raw/c.csv: excluded"});
  CHECK(result.size_bytes == 2);
}

TEST_CASE("a list names files below the folder, once each and whatever their type") {
  const TempDir dir;
  for (const char* path : {"a.pdf", "s/b.json", ".c"}) put(dir.path() / path);
  const std::string absolute = (dir.path() / "s/b.json").string();
  const select::ScanResult result =
      select::scan_list("a.pdf\n./s//b.json\n\n" + absolute + "\n.c", '\n', dir.path(), {}, {});
  CHECK(paths_of(result) == Texts{".c", "a.pdf", "s/b.json"});
  CHECK(result.size_bytes == 3);
  CHECK(result.skipped.empty());
  CHECK(paths_of(select::scan_list(std::string_view("a.pdf\0.c\0", 9), '\0', dir.path(), {}, {})) ==
        Texts{".c", "a.pdf"});
}

TEST_CASE("a listed file that cannot be sent is an error, also below a link") {
  const TempDir dir;
  put(dir.path() / "in/a.json");
  put(dir.path() / "out/secret.json");
  fs::create_directory_symlink("../out", dir.path() / "in/way");
  fs::create_symlink("a.json", dir.path() / "in/link.json");
  const std::string outside = (dir.path() / "out/secret.json").string();
  const select::ScanResult result = select::scan_list(
      "a.json\ngone\n../out/secret.json\nway/secret.json\nlink.json\n.\n" + outside, '\n',
      dir.path() / "in", {}, {});
  CHECK(paths_of(result) == Texts{"a.json"});
  CHECK(result.skipped.size() == 6);
  for (const select::Skipped& file : result.skipped)
    CHECK(file.cause == select::SkipCause::by_error);
}

TEST_CASE("two files of one name are refused by name") {
  const TempDir dir;
  put(dir.path() / "x/a");
  put(dir.path() / "y/a");
  const auto error = error_of([&] {
    select::scan_files({dir.path() / "x/a", dir.path() / "y/a"}, {});
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::usage);
  CHECK(std::string(error->what()).find("x/a") != std::string::npos);
}

TEST_CASE("JSON text is kept as it was written") {
  const std::string text = " {\"b\": 1.0,\n\"a\": [] } ";
  const select::ScanResult result = select::scan_json(text);
  CHECK(paths_of(result) == Texts{"data.json"});
  CHECK(result.text == text);
  CHECK(result.size_bytes == text.size());
  CHECK(select::scan_json("1e999").text == "1e999");
  CHECK(error_of([] { select::scan_json(std::string(90'000'000, '[')); }));
  for (const char* bad :
       {"", "{", "{'a': 1}", "{} {}", "[1,]", "NaN", "{\"a\":1,\"a\":2}", "\"\xff\""}) {
    INFO(bad);
    CHECK(error_code_of([&] { select::scan_json(bad); }) == ErrorCode::usage);
  }
}
