#include "receiver/commands/restore_layout.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;
using receiver::FlatClaims;
using receiver::RestoreLayout;

namespace {

using Form = RestoreLayout::Form;

archive::SeriesBatch batch(std::string producer, std::string name, int processed = 0) {
  return {"id",
          {std::move(producer), std::move(name), "i", "/src"},
          {},
          std::chrono::sys_seconds(std::chrono::seconds(processed))};
}

constexpr auto kNow = std::chrono::sys_seconds::max();

std::string folder(const std::vector<archive::SeriesBatch>& batches, std::size_t of,
                   Form form = Form::apart, std::chrono::sys_seconds at = kNow) {
  return RestoreLayout(batches, at, form).folder_of(batches[of].key);
}

}  // namespace

TEST_CASE("one tree goes straight into the folder, however many series it is of") {
  archive::SeriesBatch other_series = batch("p", "n");
  other_series.key.source = "/elsewhere";
  CHECK(folder({batch("p", "n"), other_series}, 0).empty());
  CHECK(folder({batch("p", "n")}, 0).empty());
}

TEST_CASE("several trees go into folders of their own") {
  const std::vector<archive::SeriesBatch> batches{batch("p", "n"), batch("p", "m"),
                                                  batch("q", "n", 10)};
  CHECK(folder(batches, 0) == "p/n/");
  CHECK(folder(batches, 1) == "p/m/");
  CHECK(folder(batches, 2) == "q/n/");
  CHECK(folder(batches, 2, Form::flat).empty());
}

TEST_CASE("a tree of a later time is not there yet") {
  const std::vector<archive::SeriesBatch> batches{batch("p", "n"), batch("q", "n", 10)};
  CHECK(folder(batches, 0, Form::apart, std::chrono::sys_seconds(std::chrono::seconds(9))).empty());
}

TEST_CASE("names of trees become folders that every system takes and nobody mistakes") {
  const auto named = [](const std::string& name) {
    return folder({batch(name, name), batch("other", "other")}, 0);
  };
  CHECK(named("心拍数") == "心拍数/心拍数/");
  CHECK(named("") == "unknown/unknown/");
  CHECK(named("..") == "__/__/");
  CHECK(named("a/b\\c:d") == "a_b_c_d/a_b_c_d/");
  CHECK(named("CON") == "_CON/_CON/");
  CHECK(named(std::string(300, 'x')) == std::string(255, 'x') + "/" + std::string(255, 'x') + "/");
}

TEST_CASE("trees whose names become the same stay apart, also where case makes no difference") {
  const std::vector<archive::SeriesBatch> batches{batch("a b", "n"), batch("a_b", "n"),
                                                  batch("a_b", "N")};
  CHECK(folder(batches, 0) == "a_b/n/");
  CHECK(folder(batches, 2) == "a_b/N~2/");
  CHECK(folder(batches, 1) == "a_b/n~3/");
}

TEST_CASE("a path belongs to the first tree that claims it") {
  FlatClaims claims;
  CHECK(claims.claim("a/b", "one", "1").empty());
  CHECK(claims.claim("a/b", "two", "1").empty());
  CHECK(claims.claim("a/b", "two", "2") == "one");
  CHECK(claims.claim("a", "two", "1") == "one");
  CHECK(claims.claim("a/b/c", "two", "1") == "one");
  CHECK(claims.claim("a/bc", "two", "1").empty());
  CHECK(claims.claim("a-b", "three", "1").empty());
}
