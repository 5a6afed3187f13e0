#include "sender/commands/config_profile.hpp"

#include "common/platform/file.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/temp_dir.hpp"

namespace healthmetric::sender {
namespace {

const std::vector<std::string> kOptions = {"repo", "token-file", "folder", "exclude", "batch-name"};
const ProfileSettings kSettings = {{"repo", "octo/data"}, {"token-file", "/home/\"a\\b\"/t"}};
constexpr const char* kSection =
    "[profile.lab]\nrepo = \"octo/data\"\ntoken-file = \"/home/\\\"a\\\\b\\\"/t\"\n";

std::string edited(const std::string& text) {
  const TempDir folder;
  const auto file = folder.path() / "sender.toml";
  platform::write_file_atomically(file, text);
  return with_profile(file, kOptions, "lab", kSettings);
}

}  // namespace

TEST_CASE("a profile is added at the end") {
  CHECK(to_toml("", kSettings) ==
        std::string(kSection).substr(std::string_view("[profile.lab]\n").size()));
  CHECK(edited("") == kSection);
  CHECK(edited("# mine") == std::string("# mine\n\n") + kSection);
  CHECK(edited("repo = \"a/b\"\n[profile.x]\nfolder = \"/a\"\n") ==
        std::string("repo = \"a/b\"\n[profile.x]\nfolder = \"/a\"\n\n") + kSection);
}

TEST_CASE("a profile is replaced, and nothing else") {
  CHECK(edited("[profile.lab] # old\nfolder = \"/a\"\n[profile.x]\nfolder = \"/b\"\n") ==
        std::string("[profile.x]\nfolder = \"/b\"\n\n") + kSection);
}

TEST_CASE("what cannot be replaced by lines is refused") {
  for (const char* text : {
           "profile.lab.folder = \"/a\"\n",
           "[profile]\nlab = {folder = \"/a\"}\n",
           "[profile.x]\nfolder = \"\"\"\n[profile.lab]\n\"\"\"\nexclude = [\"raw\"]\n",
           "[profile.\"lab\"]\nfolder = \"/a\"\n",
       }) {
    INFO(text);
    const auto error = error_of([&] { edited(text); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::usage);
  }
}

}  // namespace healthmetric::sender
