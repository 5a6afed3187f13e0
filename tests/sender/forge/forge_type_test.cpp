#include "sender/forge/forge_type.hpp"

#include "common/payload/batch.hpp"
#include "tests/support/catch.hpp"

using namespace healthmetric;

namespace {

const forge::ForgeType& type_at(const char* api) {
  return forge::type_of(http::api_root(api));
}

std::string runs_at(const char* api) {
  return type_at(api).runs_page(http::api_root(api), "octo/data");
}

bool has_limit(const char* api) {
  return type_at(api).max_file_bytes(http::api_root(api)).has_value();
}

}  // namespace

TEST_CASE("a forge is recognized by the address of its API") {
  for (const char* api : {"https://api.github.com", "https://ghe.example.com/api/v3",
                          "https://api.lab.ghe.com", "http://127.0.0.1:8080"}) {
    INFO(api);
    CHECK(type_at(api).name() == "GitHub");
  }
  for (const char* api : {"https://git.example.com/api/v1", "https://example.com/git/api/v1"}) {
    INFO(api);
    CHECK(type_at(api).name() == "Gitea or Forgejo");
  }
}

TEST_CASE("the web addresses of a repository and its runs follow from the API's") {
  CHECK(runs_at("https://api.github.com") == "https://github.com/octo/data/actions");
  CHECK(runs_at("https://ghe.example.com/api/v3") == "https://ghe.example.com/octo/data/actions");
  CHECK(runs_at("http://127.0.0.1:8080") == "http://127.0.0.1:8080/octo/data/actions");
  CHECK(runs_at("https://git.example.com:8443/api/v1") ==
        "https://git.example.com:8443/octo/data/actions");
  CHECK(runs_at("https://example.com/git/api/v1") == "https://example.com/git/octo/data/actions");
}

TEST_CASE("the maximum size of a file is only known for GitHub") {
  CHECK(
      type_at("https://api.github.com").max_file_bytes(http::api_root("https://api.github.com")) ==
      100 * payload::kMiB);
  CHECK(has_limit("https://api.lab.ghe.com"));
  CHECK_FALSE(has_limit("https://ghe.example.com/api/v3"));
  CHECK_FALSE(has_limit("https://git.example.com/api/v1"));
}

TEST_CASE("a delivery takes one request for each part and one to start the workflow") {
  const forge::ForgeType& type = type_at("https://api.github.com");
  CHECK(type.cost_of(3, {model::Trigger::push, "", {}}).requests == 3);
  CHECK(type.cost_of(3, {model::Trigger::dispatch, "", {}}).requests == 4);
  CHECK(type.cost_of(3, {model::Trigger::workflow, "", {}}).requests == 5);
  CHECK(type.cost_of(3, {model::Trigger::workflow, "main", {}}).requests == 4);
  CHECK(type.cost_of(3, {model::Trigger::none, "", {}}).least_duration.count() == 0);
  CHECK(type.cost_of(80, {model::Trigger::none, "", {}}).least_duration.count() > 0);
}
