#include "receiver/unpack/stored_name.hpp"

#include <set>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

namespace {

const payload::BatchId kBatch =
    payload::BatchId::parse("20240115T103000Z-test_batch-3f9a1c07").value();
const unpack::NameTemplate kDefault{std::string(unpack::NameTemplate::kDefault)};
constexpr std::uint64_t kMaxFolders = 1000;
const std::string kFolder = "test_batch/2024/01/15/";
const std::string kPrefix = "20240115T103000Z-3f9a1c07_";

/// The places of the paths, one after the other.
std::vector<std::string> places(const std::vector<std::string>& paths,
                                const unpack::NameTemplate& pattern = kDefault) {
  unpack::StoredNames names(pattern, kBatch, kBatch.slug, kMaxFolders);
  std::vector<std::string> found;
  for (const std::string& path : paths)
    found.push_back(names.place(payload::RelativePath(path)).str());
  return found;
}

std::string place(const std::string& path, const unpack::NameTemplate& pattern = kDefault) {
  return places({path}, pattern).front();
}

/// The place under the default template, without what every name gets.
std::string short_place(const std::string& path) {
  std::string text = place(path).substr(kFolder.size());
  const std::size_t at = text.find(kPrefix);
  return at == std::string::npos ? text : text.erase(at, kPrefix.size());
}

}  // namespace

TEST_CASE("the default name is the documented one") {
  CHECK(place("sub/data.json") == "test_batch/2024/01/15/sub/20240115T103000Z-3f9a1c07_data.json");
  CHECK(place("data.json") == "test_batch/2024/01/15/20240115T103000Z-3f9a1c07_data.json");
  CHECK(place("noext") == "test_batch/2024/01/15/20240115T103000Z-3f9a1c07_noext");
  CHECK(place("a:b.txt") == "test_batch/2024/01/15/20240115T103000Z-3f9a1c07_a_b.txt");
  CHECK(place("C:/a") == "test_batch/2024/01/15/C_/20240115T103000Z-3f9a1c07_a");
}

TEST_CASE("a template has all the documented fields") {
  const unpack::NameTemplate pattern(
      "{year}/{month}/{day}/{batch}/{batch_id}/{dir}{stem}.{timestamp}.{id}{ext}");
  CHECK(place("sub/data.json", pattern) ==
        "2024/01/15/test_batch/20240115T103000Z-test_batch-3f9a1c07/sub/"
        "data.20240115T103000Z.3f9a1c07.json");
}

TEST_CASE("a template that allows collisions or paths outside the storage is refused") {
  const char* const pattern =
      GENERATE("", "{batch}", "{stem}", "{id}", "{stem}{timestamp}", "{stem}{id}{what}",
               "{stem}{id", "{stem}{id}}", "{}{stem}{id}", "../{stem}{id}", "/{stem}{id}",
               "a//{stem}{id}", "{stem}{id}/", "C:{stem}{id}", ".git/{stem}{id}", "{stem}{id}\n",
               "{stem}_{id}{ext}", "{dir}{stem}{id}", "a\\{stem}{id}");
  INFO(pattern);
  CHECK(error_code_of([&] { unpack::NameTemplate{pattern}; }) == ErrorCode::usage);
}

TEST_CASE("names that Windows refuses are replaced") {
  CHECK(short_place("a<b>c:d\"e|f?g*h.json") == "a_b_c_d_e_f_g_h.json");
  CHECK(unpack::portable_component("dot.") == "dot_");
  CHECK(unpack::portable_component("blank ") == "blank_");
  CHECK(unpack::portable_component("CON") == "_CON");
  CHECK(unpack::portable_component("con.txt") == "_con.txt");
  CHECK(unpack::portable_component("Lpt9.tar.gz") == "_Lpt9.tar.gz");
  CHECK(unpack::portable_component("CONSOLE.txt") == "CONSOLE.txt");
  CHECK(unpack::portable_component("com10") == "com10");
  CHECK(unpack::portable_component("ordinary \xc3\xa4.json") == "ordinary \xc3\xa4.json");
}

TEST_CASE("names reserved by git get a prefix") {
  for (const char* name :
       {".gitmodules", ".GitAttributes", "git~1", "GIT~1", "GITMOD~1", "gi7eba~1", "gitatt~1",
        ".g\xe2\x80\x8cit", ".git\xe2\x80\x8b", ".git "}) {
    INFO(name);
    CHECK(unpack::portable_component(name).front() == '_');
  }
  for (const char* name : {"git", "gitmodules", "giraffe", "github~notes", ".gi", "a.git"}) {
    CHECK(unpack::portable_component(name) == name);
  }
  const auto found = places({"gitmod/a", "GITMOD/b"});
  CHECK(found[1].find("/GITMOD~2/") == std::string::npos);
}

TEST_CASE("names that are equal on some system are stored separately") {
  const std::vector<std::string> paths = {
      "a.json", "A.json", "\xc3\xa9.txt", "e\xcc\x81.txt", "\xc3\x9f", "ss", "x?.csv",
      "x*.csv", "f",      "f/g.json",     "F/g.json",      "d/e",      "d"};
  const auto found = places(paths);
  CHECK(std::set<std::string>(found.begin(), found.end()).size() == paths.size());
  CHECK(found[1] == kFolder + kPrefix + "A~2.json");
  CHECK(found == places(paths));
}

TEST_CASE("stored files stay out of the folders of the layout") {
  const unpack::NameTemplate pattern("{stem}/{dir}{id}{ext}");
  CHECK(place("inbox.json", pattern) == "_inbox/3f9a1c07.json");
  CHECK(place("Summaries", pattern) == "_Summaries/3f9a1c07");
  CHECK(place("REJECTED.csv", pattern) == "_REJECTED/3f9a1c07.csv");
  CHECK(place("receipts.csv", pattern) == "_receipts/3f9a1c07.csv");
  CHECK(place(".staging", pattern) == "_.staging/3f9a1c07");
  CHECK(place("sub/inbox.json", pattern) == "_inbox/sub/3f9a1c07.json");
}

TEST_CASE("the stem of a name that is too long is shortened") {
  const std::string stem(249, 'a');
  const std::string found = place(stem + ".json");
  const std::string name = found.substr(found.rfind('/') + 1);
  CHECK(name.size() == 255);
  CHECK(name.starts_with(kPrefix));
  CHECK(name.ends_with("a.json"));
  const auto twins = places({stem + "x.json", stem + "y.json"});
  CHECK(twins[0] != twins[1]);
  CHECK(twins[1].substr(twins[1].rfind('/') + 1).size() <= 255);
}

TEST_CASE("what is shortened is never the id, so two batches share no path") {
  const std::string pattern = GENERATE(
      "{batch}-{batch_id}/{stem}{ext}", "{batch_id}-{batch}/{stem}{ext}", "{batch}.{id}/{stem}",
      "{dir}{batch}-{stem}-{batch_id}/x{stem}", "con.{batch}{stem}{batch}-{id}/x",
      "{stem}-{batch_id}/{dir}{ext}x", ".{batch}{batch}-{id}/{stem}", "a/{id}-{dir}{stem}");
  const std::string letter = GENERATE("\xe6\x97\xa5", "x");
  INFO(pattern << " " << letter);
  std::string folder;
  while (folder.size() + letter.size() <= 192) folder += letter;
  std::string stem;
  while (stem.size() + letter.size() <= 250) stem += letter;
  std::set<std::string> found;
  const std::vector<std::string> paths = {stem + "/" + stem + ".txt", stem + ".txt", "x",
                                          stem + "y/" + stem + "z.txt", stem + "-X"};
  for (const char* id : {"3f9a1c07", "3f9a1c08", "aaaaaaaa"}) {
    const std::string batch = "20240115T103000Z-" + std::string(64, '_') + "-" + id;
    unpack::StoredNames names(unpack::NameTemplate(pattern), payload::BatchId::parse(batch).value(),
                              folder, kMaxFolders);
    for (const std::string& path : paths) {
      const std::string stored = names.place(payload::RelativePath(path)).str();
      CHECK(stored.find(id) != std::string::npos);
      CHECK(found.insert(stored).second);
    }
  }
}

TEST_CASE("a long name is cut between characters") {
  std::string stem;
  for (int i = 0; i < 80; ++i) stem += "\xe5\xbf\x83";
  CHECK_FALSE(error_of([&] { place(stem + ".json"); }));
  CHECK_FALSE(error_of([&] { place("a" + stem + ".json"); }));
  CHECK_FALSE(error_of([&] { place("ab" + stem + ".json"); }));
}

TEST_CASE("a path of maximum depth and length can be stored") {
  std::string path;
  while (path.size() < 1000) path += "sixteen letters/";
  CHECK_FALSE(error_of([&] { place(path + "x.json"); }));
}

TEST_CASE("a long name that needs a character in front still fits") {
  for (const std::string beginning : {"con.", "NUL.", ".gitx", "git~1"}) {
    INFO(beginning);
    const std::string name = beginning + std::string(250 - beginning.size(), 'x') + ".json";
    std::string found;
    REQUIRE_FALSE(error_of([&] { found = place(name); }));
    const std::string stored = found.substr(found.rfind('/') + 1);
    CHECK(stored.starts_with(kPrefix));
    CHECK(stored.size() <= 255);
    CHECK(stored.ends_with(".json"));
  }
}

TEST_CASE("a long folder that needs a character in front still fits") {
  const std::string folder = "aux." + std::string(251, 'x');
  REQUIRE(folder.size() == 255);
  std::string found;
  REQUIRE_FALSE(error_of([&] { found = place(folder + "/a.json"); }));
  CHECK(found.starts_with(kFolder + "_aux."));
}

TEST_CASE("long names that would collide once shortened get distinct names") {
  const std::string stem = GENERATE("a", "1.5 ", "v", "");
  std::vector<std::string> paths;
  for (char c = 'a'; c <= 'p'; ++c) {
    paths.push_back(stem + "." + std::string(245, 'x') + c);
  }
  std::vector<std::string> found;
  REQUIRE_FALSE(error_of([&] { found = places(paths); }));
  CHECK(std::set<std::string>(found.begin(), found.end()).size() == paths.size());
  for (const std::string& path : found) CHECK(path.substr(path.rfind('/') + 1).size() <= 255);
}

TEST_CASE("files of a folder that must be renamed stay together") {
  const std::string file = kPrefix + "d";
  const auto found = places({"d", file + "/x", file + "/y"});
  const auto folder_of = [](const std::string& path) { return path.substr(0, path.rfind('/')); };
  CHECK(found[0] == kFolder + file);
  CHECK(folder_of(found[1]) != found[0]);
  CHECK(folder_of(found[1]) == folder_of(found[2]));
}

TEST_CASE("a file with the name of a folder gets another name") {
  const std::string folder = kPrefix + "d";
  const auto found = places({folder + "/x", "d"});
  CHECK(found[1] == kFolder + folder + "~2");
}

TEST_CASE("a numbered name does not collide with a file of that name") {
  const unpack::NameTemplate pattern("{batch_id}/{stem}{ext}");
  const auto found = places({"a.txt", "A.txt", "A~2.txt", "a~2.txt", "a~3.txt"}, pattern);
  std::set<std::string> folded;
  for (std::string path : found) {
    for (char& c : path) c = c == 'A' ? 'a' : c;
    folded.insert(path);
  }
  CHECK(folded.size() == found.size());
}

TEST_CASE("the batch's folder is never a folder of the layout") {
  for (const char* slug : {"inbox", "Inbox", "SUMMARIES", "rejected", "Receipts"}) {
    payload::BatchId batch = kBatch;
    batch.slug = slug;
    unpack::StoredNames names(kDefault, batch, slug, kMaxFolders);
    CHECK(names.place(payload::RelativePath("a.json"))
              .str()
              .starts_with("_" + std::string(slug) + "/"));
  }
}

TEST_CASE("a name of only dots and spaces becomes one that is valid on every system") {
  CHECK(unpack::portable_component("...") == "___");
  CHECK(unpack::portable_component(" ") == "_");
  CHECK(unpack::portable_component("a. . ") == "a____");
  CHECK(unpack::portable_component(" a") == " a");
}

TEST_CASE("a template without enough space for a name is an error") {
  const unpack::NameTemplate pattern("{batch}/" + std::string(235, 'n') + "{stem}{id}{ext}");
  CHECK(error_code_of([&] { place("a." + std::string(30, 'x'), pattern); }) ==
        ErrorCode::unsafe_path);
}

TEST_CASE("every Windows device name gets a prefix") {
  for (const char* name : {"CON", "con.txt", "COM0", "com9.json", "LPT\xc2\xb2.csv", "CONIN$",
                           "conout$.txt", "nul .txt", "aux"}) {
    INFO(name);
    CHECK(unpack::portable_component(name).starts_with('_'));
  }
  for (const char* name :
       {"COM", "COM10", "COMA", "LPT\xc2\xb9\xc2\xb9", "CONIN", "console", "nula"}) {
    INFO(name);
    CHECK(unpack::portable_component(name) == name);
  }
}

TEST_CASE("many names that are equal on some system are numbered without gaps") {
  const std::string letters = "abcdefghij";
  std::vector<std::string> paths;
  for (unsigned mask = 0; mask < 1024; ++mask) {
    std::string name = letters;
    for (std::size_t i = 0; i < name.size(); ++i) {
      if ((mask >> i) % 2 == 1) name[i] = static_cast<char>(name[i] - 'a' + 'A');
    }
    paths.push_back(name);
  }
  const std::vector<std::string> found = places(paths);
  for (std::size_t i = 1; i < found.size(); ++i) {
    REQUIRE(found[i].ends_with("~" + std::to_string(i + 1)));
  }
}

TEST_CASE("names are distinct even if their numbered forms are in use") {
  const unpack::NameTemplate plain("{id}/{dir}{stem}{ext}");
  std::vector<std::string> paths = {"a"};
  for (int i = 2; i < 300; ++i) paths.push_back("a~" + std::to_string(i));
  for (int i = 0; i < 300; ++i)
    paths.push_back(std::string(i % 2 == 0 ? "A" : "a") + "/x" + std::to_string(i));
  for (int i = 0; i < 9; ++i) paths.push_back(i % 2 == 0 ? "A~1" : "a~1");
  const std::vector<std::string> found = places(paths, plain);
  CHECK(std::set<std::string>(found.begin(), found.end()).size() == paths.size());
}

TEST_CASE("the number of folders in a batch is limited") {
  unpack::StoredNames names(unpack::NameTemplate("{batch}/{dir}{stem}-{id}"), kBatch, kBatch.slug,
                            3);
  CHECK_FALSE(error_of([&] { names.place(payload::RelativePath("a/b/x")); }));
  CHECK_FALSE(error_of([&] { names.place(payload::RelativePath("a/b/y")); }));
  CHECK(error_code_of([&] { names.place(payload::RelativePath("a/c/x")); }) ==
        ErrorCode::too_large);
}

TEST_CASE("the folder of a batch keeps letters of any script") {
  const auto folder_of = [](const std::string& name) {
    payload::BatchMetadata metadata;
    metadata.batch_name = name;
    payload::BatchId id = kBatch;
    id.slug = payload::slug(name);
    return unpack::batch_folder(id, metadata);
  };
  CHECK(folder_of("test_batch") == "test_batch");
  CHECK(folder_of("a b/c") == "a_b_c");
  CHECK(folder_of("\xd0\x94\xd0\xbd\xd0\xb5\xd0\xb2\xd0\xbd\xd0\xb8\xd0\xba 1") ==
        "\xd0\x94\xd0\xbd\xd0\xb5\xd0\xb2\xd0\xbd\xd0\xb8\xd0\xba_1");
  CHECK(folder_of("e\xcc\x81") == "\xc3\xa9");                                 // composed
  CHECK(folder_of("\xe0\xa4\x95\xe0\xa4\xbf") == "\xe0\xa4\x95\xe0\xa4\xbf");  // with its vowel
  CHECK(folder_of("a\xe2\x80\x8b\xe2\x80\xae\xf0\x9f\x92\x93z") ==
        "a___z");                         // unseen, turned, a picture
  CHECK(folder_of("\xcc\x81x") == "_x");  // a mark on nothing
  CHECK(folder_of(".hidden") == "_hidden");
  std::string many;
  for (int i = 0; i < 100; ++i) many += "\xf0\xa0\x80\x80";
  CHECK(folder_of(many).size() == 192);
}

TEST_CASE("a name that contradicts the batch's id does not choose the folder") {
  payload::BatchMetadata metadata;
  metadata.batch_name = "elsewhere";
  CHECK(unpack::batch_folder(kBatch, metadata) == "test_batch");
  metadata.batch_name.clear();
  CHECK(unpack::batch_folder(kBatch, metadata) == "test_batch");
  metadata.source = "/home/test_batch/";
  CHECK(unpack::batch_folder(kBatch, metadata) == "test_batch");
}
