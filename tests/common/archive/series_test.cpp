#include "common/archive/series.hpp"

#include <map>
#include <set>

#include "tests/support/catch.hpp"

using namespace healthmetric;
using archive::SeriesBatch;
using archive::Tree;

namespace {

using Paths = std::vector<std::string>;
using Why = archive::HiddenFile::Why;

std::chrono::sys_seconds second(int number) {
  return std::chrono::sys_seconds(std::chrono::seconds(number));
}

/// A batch, and what it says.
struct Sent {
  SeriesBatch head;
  archive::BatchContent content;
};

/// Of the series "p/n" from one instance and folder; its id tells its place in the table.
Sent batch(std::string id, std::uint64_t sequence, int processed, const Paths& files,
           Paths gone = {}) {
  Sent sent{{std::move(id), {"p", "n", "i", "/src"}, sequence, second(processed)},
            {{}, std::move(gone), {}}};
  for (const std::string& path : files) {
    sent.content.files.push_back({path, "", 0, "", "", "", {}});
  }
  return sent;
}

Sent from(std::string source, Sent of) {
  of.head.key.source = std::move(source);
  return of;
}

Sent by(std::string instance, Sent of) {
  of.head.key.instance = std::move(instance);
  return of;
}

std::vector<SeriesBatch> heads(const std::vector<Sent>& batches) {
  std::vector<SeriesBatch> heads;
  for (const Sent& sent : batches) heads.push_back(sent.head);
  return heads;
}

std::vector<Tree> trees(const std::vector<Sent>& batches, int at = 1000) {
  std::vector<Tree> found;
  archive::for_each_tree(
      heads(batches), second(at), [&](std::size_t batch) { return batches[batch].content; },
      [&](Tree&& tree) { found.push_back(std::move(tree)); });
  return found;
}

/// path → id of the batch that it comes from.
std::map<std::string, std::string> files(const std::vector<Sent>& batches, int at = 1000) {
  std::map<std::string, std::string> found;
  for (const Tree& tree : trees(batches, at)) {
    for (const auto& file : tree.files) found[file.file.path] = batches[file.batch].head.batch_id;
  }
  return found;
}

/// "path id by-id why" of what is hidden.
Paths hidden(const std::vector<Sent>& batches) {
  Paths found;
  for (const Tree& tree : trees(batches)) {
    for (const archive::HiddenFile& file : tree.hidden) {
      found.push_back(file.path + " " + batches[file.batch].head.batch_id + " " +
                      batches[file.by].head.batch_id +
                      (file.why == Why::other_series ? " series" : " kind"));
    }
  }
  return found;
}

using State = std::map<std::string, std::string>;

struct Row {
  const char* what;
  std::vector<Sent> batches;
  State files;
  Paths hidden;
};

std::vector<Row> table() {
  return {
      {"nothing was sent", {}, {}, {}},
      {"the newer version counts",
       {batch("1", 1, 10, {"a", "b"}), batch("2", 2, 20, {"a"})},
       {{"a", "2"}, {"b", "1"}},
       {}},
      {"what is gone is gone, and may come back",
       {batch("1", 1, 10, {"a", "b", "c"}), batch("2", 2, 20, {}, {"a", "b"}),
        batch("3", 3, 30, {"b"})},
       {{"b", "3"}, {"c", "1"}},
       {}},
      {"what was never sent may be gone", {batch("1", 1, 10, {"a"}, {"x"})}, {{"a", "1"}}, {}},
      {"the sequence orders and no clock",
       {batch("2", 2, 10, {}, {"a"}), batch("1", 1, 20, {"a", "b"})},
       {{"b", "1"}},
       {}},
      {"batches without a number come first",
       {batch("2", 1, 10, {"a"}),
        [] {
          Sent old = batch("1", 0, 20, {"a", "b"});
          old.head.sequence.reset();
          return old;
        }()},
       {{"a", "2"}, {"b", "1"}},
       {}},
      {"a file that becomes a folder",
       {batch("1", 1, 10, {"a", "b"}), batch("2", 2, 20, {"a/x/y"})},
       {{"a/x/y", "2"}, {"b", "1"}},
       {"a 1 2 kind"}},
      {"a folder that becomes a file",
       {batch("1", 1, 10, {"a/x", "a/y/z", "ab"}), batch("2", 2, 20, {"a"})},
       {{"a", "2"}, {"ab", "1"}},
       {"a/x 1 2 kind", "a/y/z 1 2 kind"}},
      {"a folder that became a file and is said to be gone",
       {batch("1", 1, 10, {"a/x"}), batch("2", 2, 20, {"a"}, {"a/x"})},
       {{"a", "2"}},
       {}},
      {"two folders make one tree, and the later processed wins",
       {from("/one", batch("1", 1, 30, {"a", "b"})), from("/two", batch("2", 2, 20, {"a", "c"}))},
       {{"a", "1"}, {"b", "1"}, {"c", "2"}},
       {"a 2 1 series"}},
      {"no series makes the files of another gone",
       {from("/one", batch("1", 1, 10, {"a"})), from("/two", batch("2", 2, 20, {"b"}, {"a"}))},
       {{"a", "1"}, {"b", "2"}},
       {}},
      {"instances are series of their own, whatever their numbers",
       {by("old", batch("1", 9, 10, {"a", "b"})), by("new", batch("2", 1, 20, {"a"}, {"b"}))},
       {{"a", "2"}, {"b", "1"}},
       {"a 1 2 series"}},
      {"a file of one series and a folder of another",
       {from("/one", batch("1", 1, 10, {"a"})), from("/two", batch("2", 2, 20, {"a/x"}))},
       {{"a/x", "2"}},
       {"a 1 2 kind"}},
      {"a folder of one series and a later file of another",
       {from("/one", batch("1", 1, 30, {"a/x", "b"})), from("/two", batch("2", 2, 20, {"a"}))},
       {{"a/x", "1"}, {"b", "1"}},
       {"a 2 1 kind"}},
      {"what hides a file, and is hidden itself, hides nothing: the first of three in its way",
       {from("/one", batch("1", 1, 10, {"a/x"})), from("/two", batch("2", 2, 20, {"a"})),
        from("/three", batch("3", 3, 30, {"a/y"}))},
       {{"a/x", "1"}, {"a/y", "3"}},
       {"a 2 3 kind"}},
      {"what hides a file, and is hidden itself, hides nothing: the last of three in its way",
       {from("/three", batch("1", 1, 10, {"a/x"})), from("/one", batch("2", 2, 20, {"a"})),
        from("/two", batch("3", 3, 30, {"a/y"}))},
       {{"a/x", "1"}, {"a/y", "3"}},
       {"a 2 3 kind"}},
      {"one moment for both: the id decides, always the same way",
       {from("/two", batch("2", 2, 20, {"a"})), from("/one", batch("1", 1, 20, {"a"}))},
       {{"a", "2"}},
       {"a 1 2 series"}},
  };
}

}  // namespace

TEST_CASE("the state is what the batches of each series say in order") {
  for (Row& row : table()) {
    INFO(row.what);
    CHECK(files(row.batches) == row.files);
    CHECK(hidden(row.batches) == row.hidden);
    std::reverse(row.batches.begin(), row.batches.end());
    CHECK(files(row.batches) == row.files);
    CHECK(hidden(row.batches) == row.hidden);
  }
}

TEST_CASE("the state at a time knows what was processed until then") {
  const std::vector<Sent> batches{batch("1", 1, 10, {"a", "b"}), batch("2", 2, 20, {"a"}, {"b"})};
  CHECK(files(batches, 9).empty());
  CHECK(files(batches, 10) == State{{"a", "1"}, {"b", "1"}});
  CHECK(files(batches, 19) == State{{"a", "1"}, {"b", "1"}});
  CHECK(files(batches, 20) == State{{"a", "2"}});
}

TEST_CASE("producers and batch names are trees of their own") {
  Sent other = batch("2", 2, 20, {"a"}, {"a"});
  other.head.key.producer = "q";
  Sent named = batch("3", 3, 30, {"a/x"});
  named.head.key.batch_name = "m";
  const std::vector<Tree> found = trees({batch("1", 1, 10, {"a"}), other, named});
  REQUIRE(found.size() == 3);
  for (const Tree& tree : found) {
    CHECK(tree.files.size() == 1);
    CHECK(tree.hidden.empty());
  }
  CHECK((found[0].producer == "p" && found[0].batch_name == "m"));
  CHECK((found[2].producer == "q" && found[2].batch_name == "n"));
}

TEST_CASE("the latest batch of each series says which folders are empty") {
  std::vector<Sent> batches{batch("1", 1, 10, {}), batch("2", 2, 20, {}),
                            from("/other", batch("3", 3, 30, {}))};
  batches[0].content.folders = {"filled", "stays"};
  batches[1].content.folders = {"stays"};
  batches[2].content.folders = {"elsewhere"};
  CHECK(trees(batches).front().folders == std::set<std::string>{"elsewhere", "stays"});
  CHECK(trees(batches, 10).front().folders == std::set<std::string>{"filled", "stays"});
}

TEST_CASE("no folder is empty where a file of another series is") {
  std::vector<Sent> batches{batch("1", 1, 10, {}), from("/other", batch("2", 2, 5, {"a", "b/x"}))};
  batches[0].content.folders = {"a", "a/deep", "b", "b/x/deep", "c"};
  CHECK(trees(batches).front().folders == std::set<std::string>{"b", "c"});
}

TEST_CASE("each batch is read once, and none that was processed later") {
  const std::vector<Sent> batches{batch("2", 2, 20, {}), batch("1", 1, 10, {}),
                                  batch("3", 3, 30, {})};
  std::vector<std::size_t> read;
  archive::for_each_tree(
      heads(batches), second(20),
      [&](std::size_t batch) {
        read.push_back(batch);
        return archive::BatchContent();
      },
      [](Tree&&) {});
  CHECK(read == std::vector<std::size_t>{1, 0});
}

TEST_CASE("batches come series by series in the order of their numbers") {
  CHECK(archive::in_order(heads({batch("3", 3, 1, {}), from("/a", batch("x", 9, 1, {})),
                                 batch("1", 1, 3, {}), batch("2", 2, 2, {})})) ==
        std::vector<std::size_t>{1, 2, 3, 0});
}
