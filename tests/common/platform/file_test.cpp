#include "common/platform/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/platform/temporary_name.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}

bool is_io_error_about(const std::optional<Error>& error, const std::string& name) {
  return error && error->code() == ErrorCode::io &&
         std::string(error->what()).find(name) != std::string::npos;
}

}  // namespace

TEST_CASE("small and large writes are written in order") {
  const TempDir dir;
  std::string expected;
  {
    platform::OutputFile file(dir.path() / "f");
    for (int i = 0; i < 40; ++i) {
      const std::string piece(static_cast<std::size_t>(i) * 20'011 + 1,
                              static_cast<char>('a' + i % 26));
      file.write(piece);
      file.write("-");
      expected += piece + "-";
    }
    file.flush();
  }
  CHECK(platform::read_file(dir.path() / "f", 1 << 26) == expected);
}

TEST_CASE("truncation removes everything after it, in buffer and file") {
  const TempDir dir;
  const std::size_t size = GENERATE(10U, 5'000'000U);
  platform::OutputFile file(dir.path() / "f");
  file.write(std::string(size, 'a'));
  file.truncate(5);
  file.write("b");
  file.sync();
  CHECK(platform::read_file(dir.path() / "f", 100) == "aaaaab");
}

TEST_CASE("a new file is private and must be new") {
  const TempDir dir;
  { platform::OutputFile(dir.path() / "f").sync(); }
  CHECK(mode_of(dir.path() / "f") == 0600);
  CHECK(is_io_error_about(error_of([&] { platform::OutputFile{dir.path() / "f"}; }), "f"));
  fs::create_symlink("nowhere", dir.path() / "link");
  CHECK(is_io_error_about(error_of([&] { platform::OutputFile{dir.path() / "link"}; }), "link"));
  CHECK_FALSE(fs::exists(dir.path() / "nowhere"));
}

TEST_CASE("a full disk is an io error with the name") {
  platform::OutputFile file(platform::Handle(::open("/dev/full", O_WRONLY)), "the full disk");
  CHECK(is_io_error_about(error_of([&] {
                            file.write(std::string(10'000'000, 'x'));
                            file.flush();
                          }),
                          "the full disk"));
}

TEST_CASE("only regular files are read") {
  const TempDir dir;
  REQUIRE(::mkfifo((dir.path() / "pipe").c_str(), 0600) == 0);
  fs::create_directory(dir.path() / "folder");
  platform::write_file_atomically(dir.path() / "file", "x");
  fs::create_symlink("file", dir.path() / "link");
  for (const char* name : {"pipe", "folder", "link", "gone"}) {
    INFO(name);
    CHECK(is_io_error_about(error_of([&] { platform::InputFile{dir.path() / name}; }), name));
  }
  CHECK(error_code_of([] { platform::InputFile{"/dev/zero"}; }) == ErrorCode::io);
}

TEST_CASE("a file with a display name is called so in errors") {
  const auto error = error_of([] { platform::InputFile("/no/such/secret/place", "public name"); });
  REQUIRE(error);
  CHECK(std::string(error->what()).find("public name") != std::string::npos);
  CHECK(std::string(error->what()).find("secret") == std::string::npos);
}

TEST_CASE("a file can be read again and shows when it was written") {
  const TempDir dir;
  platform::write_file_atomically(dir.path() / "f", "hello");
  platform::InputFile file(dir.path() / "f");
  const platform::FileState before = file.state();
  CHECK(before.size_bytes == 5);
  CHECK(platform::read_all(file, 100, "f") == "hello");
  CHECK(platform::read_all(file, 100, "f").empty());
  file.rewind();
  CHECK(platform::read_all(file, 100, "f") == "hello");
  CHECK(file.state() == before);
  fs::resize_file(dir.path() / "f", 3);
  CHECK_FALSE(file.state() == before);
}

TEST_CASE("reading stops at the limit") {
  const TempDir dir;
  platform::write_file_atomically(dir.path() / "f", "12345");
  CHECK(platform::read_file(dir.path() / "f", 5) == "12345");
  CHECK(error_code_of([&] { platform::read_file(dir.path() / "f", 4); }) == ErrorCode::too_large);
  TextSource source("12345");
  CHECK(error_code_of([&] { platform::read_all(source, 4, "input"); }) == ErrorCode::too_large);
}

TEST_CASE("an atomic write replaces a file and leaves nothing beside it") {
  const TempDir dir;
  platform::write_file_atomically(dir.path() / "f", "old");
  platform::write_file_atomically(dir.path() / "f", "new");
  CHECK(platform::read_file(dir.path() / "f", 100) == "new");
  CHECK(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()) == 1);
  CHECK(mode_of(dir.path() / "f") == 0600);
  CHECK(error_code_of([&] { platform::write_file_atomically(dir.path() / "no/f", "x"); }) ==
        ErrorCode::io);
}

TEST_CASE("a file with the longest name there is can be written atomically") {
  const TempDir dir;
  for (const std::size_t length : {99U, 100U, 101U, 241U, 255U}) {
    const std::string name(length, 'n');
    platform::write_file_atomically(dir.path() / name, name);
    CHECK(platform::read_file(dir.path() / name, 1000) == name);
  }
  CHECK(platform::temporary_beside("a/b").string().starts_with("a/b.tmp-"));
  CHECK(platform::temporary_beside("b").parent_path().empty());
  CHECK(platform::name_behind_temporary(platform::temporary_beside("b.csv").string()) == "b.csv");
  for (const char* other :
       {"b.csv", "b.tmp-", "b.tmp-3f9a1c0", "b.tmp-3f9a1c07x", "b.tmp-3F9A1C07"}) {
    CHECK(platform::name_behind_temporary(other).empty());
  }
}

TEST_CASE("private directories are created to their depth") {
  const TempDir dir;
  platform::create_private_directories(dir.path() / "a/b/c");
  CHECK(mode_of(dir.path() / "a") == 0700);
  CHECK(mode_of(dir.path() / "a/b/c") == 0700);
  platform::create_private_directories(dir.path() / "a/b/c");
  platform::write_file_atomically(dir.path() / "f", "");
  CHECK(is_io_error_about(
      error_of([&] { platform::create_private_directories(dir.path() / "f/x"); }), "f"));
}

TEST_CASE("random names are hexadecimal and differ") {
  const std::string name = platform::random_hex(8);
  CHECK(name.size() == 8);
  CHECK(name.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(platform::random_hex(32) != platform::random_hex(32));
  CHECK(platform::random_hex(0).empty());
}

TEST_CASE("a handle has one owner") {
  platform::Handle a(::open("/dev/null", O_RDONLY));
  REQUIRE(a);
  const int number = a.get();
  platform::Handle b = std::move(a);
  CHECK(b.get() == number);
  platform::Handle c;
  c = std::move(b);
  CHECK(c.release() == number);
  CHECK_FALSE(c);
  CHECK(::close(number) == 0);
}
