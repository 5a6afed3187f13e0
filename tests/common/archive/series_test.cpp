#include "common/archive/series.hpp"

#include <map>

#include "tests/support/catch.hpp"

using namespace healthmetric;
using archive::SeriesBatch;

namespace {

using Paths = std::vector<std::string>;
using Why = archive::HiddenFile::Why;

std::chrono::sys_seconds second(int number) {
  return std::chrono::sys_seconds(std::chrono::seconds(number));
}

/// Of the series "p/n" from one instance and folder; its id tells its place in the table.
SeriesBatch batch(std::string id, std::uint64_t sequence, int processed, Paths files,
                  Paths gone = {}) {
  return {std::move(id),     {"p", "n", "i", "/src"}, sequence,
          second(processed), std::move(files),        std::move(gone)};
}

SeriesBatch from(std::string source, SeriesBatch of) {
  of.key.source = std::move(source);
  return of;
}

SeriesBatch by(std::string instance, SeriesBatch of) {
  of.key.instance = std::move(instance);
  return of;
}

/// path → id of the batch that it comes from.
std::map<std::string, std::string> files(const std::vector<SeriesBatch>& batches, int at = 1000) {
  std::map<std::string, std::string> found;
  for (const archive::CurrentFile& file : archive::state_at(batches, second(at)).files) {
    CHECK(batches[file.version.batch].files[file.version.file] == file.path);
    found[file.path] = batches[file.version.batch].batch_id;
  }
  return found;
}

/// "path id by-id why" of what is hidden.
Paths hidden(const std::vector<SeriesBatch>& batches) {
  Paths found;
  for (const archive::HiddenFile& file : archive::state_at(batches, second(1000)).hidden) {
    found.push_back(file.path + " " + batches[file.version.batch].batch_id + " " +
                    batches[file.by.batch].batch_id +
                    (file.why == Why::other_series ? " series" : " kind"));
  }
  return found;
}

using State = std::map<std::string, std::string>;

struct Row {
  const char* what;
  std::vector<SeriesBatch> batches;
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
          SeriesBatch old = batch("1", 0, 20, {"a", "b"});
          old.sequence.reset();
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
  const std::vector<SeriesBatch> batches{batch("1", 1, 10, {"a", "b"}),
                                         batch("2", 2, 20, {"a"}, {"b"})};
  CHECK(files(batches, 9).empty());
  CHECK(files(batches, 10) == State{{"a", "1"}, {"b", "1"}});
  CHECK(files(batches, 19) == State{{"a", "1"}, {"b", "1"}});
  CHECK(files(batches, 20) == State{{"a", "2"}});
}

TEST_CASE("producers and batch names are trees of their own") {
  SeriesBatch other = batch("2", 2, 20, {"a"}, {"a"});
  other.key.producer = "q";
  SeriesBatch named = batch("3", 3, 30, {"a/x"});
  named.key.batch_name = "m";
  const auto state = archive::state_at({batch("1", 1, 10, {"a"}), other, named}, second(1000));
  CHECK(state.files.size() == 3);
  CHECK(state.hidden.empty());
}

TEST_CASE("batches come series by series in the order of their numbers") {
  CHECK(archive::in_order({batch("3", 3, 1, {}), from("/a", batch("x", 9, 1, {})),
                           batch("1", 1, 3, {}), batch("2", 2, 2, {})}) ==
        std::vector<std::size_t>{1, 2, 3, 0});
}
