#include "receiver/watch/watch_settings.hpp"

#include <fstream>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

using namespace healthmetric;
using std::chrono::days;
using std::chrono::hours;
using watch::read_default_settings;
using watch::read_named_settings;
using watch::WatchSettings;

namespace {

namespace fs = std::filesystem;

WatchSettings settings(const std::string& text) {
  const TempDir folder;
  const fs::path file = folder.path() / "h.toml";
  std::ofstream(file, std::ios::binary) << text;
  return read_named_settings(file);
}

}  // namespace

TEST_CASE("settings have producers and a default") {
  const WatchSettings read = settings(
      "[producer.ws-12]\nevery = \"1d\"\ngrace = \"12h\"\n[producer.\"lab.local\"]\nevery = "
      "\"90s\"\n"
      "[producer.old]\nignore = true\n[default]\nevery = \"7d\"\n");
  CHECK(read.producers.size() == 3);
  CHECK(read.producers.at("ws-12").every == days(1));
  CHECK(read.producers.at("ws-12").grace == hours(12));
  CHECK(read.producers.at("lab.local").every == std::chrono::seconds(90));
  CHECK(read.producers.at("old").is_ignored);
  REQUIRE(read.others);
  CHECK(read.others->every == days(7));
  CHECK_FALSE(read.others->grace);
  CHECK_FALSE(settings("").others);
  CHECK(settings("[producer.x]\n").producers.size() == 1);
  CHECK(settings("\xEF\xBB\xBF[producer.x]\nignore = false\n").producers.size() == 1);
}

TEST_CASE("what is wrong with settings is named with its line") {
  struct Row {
    const char* text;
    const char* message;
  };
  for (const Row& row : {
           Row{"[producer.ws]\n\nevry = \"1d\"\n",
               "line 3: unknown key 'producer.ws.evry': did you mean every?"},
           Row{"[producer.ws]\ncolour = 1\n",
               "line 2: unknown key 'producer.ws.colour'; only every, grace and ignore"},
           Row{"[producer.a.b]\nevery = \"1d\"\n", "in quotes, [producer.\"a.b\"]"},
           Row{"[producers.a]\n", "line 1: unknown key 'producers': did you mean producer?"},
           Row{"every = \"1d\"\n", "line 1: unknown key 'every'; only [producer.NAME]"},
           Row{"producer = 1\n", "'producer' is not a section"},
           Row{"default = 1\n", "'default' is not a section"},
           Row{"[producer]\na = 1\n",
               "line 2: unknown key 'producer.a'; producers are sections, [producer.NAME]"},
           Row{"[default]\nevery = \"soon\"\n", "line 2: 'default.every': invalid time 'soon'"},
           Row{"[default]\nevery = \"0d\"\n", "'default.every' is 0"},
           Row{"[default]\nevery = -1\n", "'default.every': invalid time '-1'"},
           Row{"[default]\nevery = true\n", "'default.every' is no time"},
           Row{"[default]\nevery = 2024-01-01\n", "'default.every' is no time"},
           Row{"[default]\nignore = \"yes\"\n", "'default.ignore' is neither true nor false"},
           Row{"[default\n", "line 1: invalid TOML"},
           Row{"[producer.a]\n\n [producer.\"a\"]  # again\n",
               "line 3: [producer.\"a\"] is defined twice: put all its keys in one section"},
           Row{"[default]\nevery = \"1d\"\nevery = \"2d\"\n",
               "line 3: every is set twice: remove one of them"},
           Row{"[default]\nevery = 1\n",
               "line 2: 'default.every' has no unit: expected for example \"1d\" or \"12h\""},
           Row{"[default]\ngrace = \"90\"\n", "'default.grace' has no unit"},
           Row{"\x01\x02", "invalid TOML"},
       }) {
    CAPTURE(row.text);
    CHECK(refuses(row.message, [&] { (void)settings(row.text); }));
  }
}

TEST_CASE("the settings of a repository are beside its storage folder") {
  CHECK(watch::default_settings_file("_storage") == ".github/healthmetric.toml");
  CHECK(watch::default_settings_file("/data/x/_storage/") == "/data/x/.github/healthmetric.toml");
  const TempDir folder;
  fs::create_directories(folder.path() / "_storage");
  CHECK(watch::default_settings_file(folder.path() / "_storage/.") ==
        folder.path() / ".github/healthmetric.toml");
  CHECK_FALSE(read_default_settings(folder.path() / "_storage"));
}

TEST_CASE("of a repository only a regular file is read") {
  const TempDir folder;
  const fs::path storage = folder.path() / "_storage";
  const fs::path file = folder.path() / ".github/healthmetric.toml";
  fs::create_directories(file.parent_path());
  std::ofstream(folder.path() / "elsewhere.toml") << "[default]\nevery = \"1d\"\n";
  fs::create_symlink(folder.path() / "elsewhere.toml", file);
  CHECK(refuses("is a symbolic link, not a file", [&] { (void)read_default_settings(storage); }));
  CHECK(read_named_settings(file).others);
  fs::remove(file);
  fs::create_directory(file);
  CHECK(refuses("is a folder, not a file", [&] { (void)read_default_settings(storage); }));
  fs::remove(file);
  std::ofstream(file) << std::string(2'000'000, '#');
  CHECK(refuses("healthmetric.toml", [&] { (void)read_default_settings(storage); }));
  fs::remove_all(file.parent_path());
  fs::create_symlink(folder.path(), file.parent_path());
  std::ofstream(folder.path() / "healthmetric.toml") << "";
  CHECK(refuses("is a symbolic link, not a folder", [&] { (void)read_default_settings(storage); }));
}
