#include "sender/http/url.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

using namespace healthmetric;

TEST_CASE("a URL is split into scheme, host, port and path") {
  const http::Url url = http::Url::parse("HTTPS://GitHub.Example.com/api/v3", "--api-url");
  CHECK(url.scheme == "https");
  CHECK(url.host == "github.example.com");
  CHECK(url.port == "443");
  CHECK(url.path == "/api/v3");
  CHECK(url.origin() == "https://github.example.com:443");
  CHECK(http::Url::parse("http://127.0.0.1:8080", "--api-url").origin() == "http://127.0.0.1:8080");
}

TEST_CASE("only addresses of this machine are loopback") {
  for (const char* text :
       {"http://localhost", "http://127.0.0.1:1", "http://127.8.9.10", "http://[::1]:80"}) {
    CHECK(http::Url::parse(text, "x").is_loopback());
  }
  for (const char* text :
       {"http://example.com", "http://127.0.0.1.example.com", "http://localhost.example.com",
        "http://128.0.0.1", "http://10.0.0.1", "http://[::2]"}) {
    INFO(text);
    CHECK_FALSE(http::Url::parse(text, "x").is_loopback());
  }
}

TEST_CASE("a URL that is not http is refused with the name of the option") {
  for (const char* text :
       {"", "github.com", "ftp://github.com", "https://user:hunter2@x@github.com",
        "https://user:hunter2 x@h", "file:///etc/passwd", "https://",
        "https://user:hunter2@github.com", "https://token@github.com", "http://a b"}) {
    INFO(text);
    const auto error = error_of([&] { http::Url::parse(text, "--api-url"); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::usage);
    CHECK(std::string(error->what()).find("--api-url") != std::string::npos);
    CHECK(std::string(error->what()).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("redirects are resolved against the request's URL") {
  const std::string base = "https://api.github.com/repos/a/b";
  CHECK(http::resolve_url(base, "https://other.example/x") == "https://other.example/x");
  CHECK(http::resolve_url(base, "/repositories/1") == "https://api.github.com/repositories/1");
  CHECK(http::resolve_url(base, "c?d=e") == "https://api.github.com/repos/a/c?d=e");
  CHECK(http::origin_of(http::resolve_url(base, "//evil.example/x")) == "https://evil.example:443");
  CHECK(http::origin_of("javascript:alert(1)") == "");
  CHECK(http::origin_of("https://API.github.com/x") ==
        http::origin_of("https://api.github.com:443/y"));
}

TEST_CASE("paths and queries are percent-encoded") {
  CHECK(http::encode_path("a/b c.json") == "a/b%20c.json");
  CHECK(http::encode_path("\xc3\xa4?#%") == "%C3%A4%3F%23%25");
  CHECK(http::encode_query("feature/x&y=1") == "feature%2Fx%26y%3D1");
  CHECK(http::encode_path("") == "");
}

TEST_CASE("a proxy may leave out its scheme and have a password") {
  const model::Proxy plain = http::parse_proxy("proxy.example:3128", "--proxy");
  CHECK(plain.text == "proxy.example:3128");
  CHECK_FALSE(plain.is_loopback);
  CHECK(plain.password.empty());
  CHECK(http::parse_proxy("http://127.0.0.1:8080", "--proxy").is_loopback);
  CHECK(http::parse_proxy("[::1]:8080", "--proxy").is_loopback);
  CHECK(http::parse_proxy("socks5h://lab:s%33cret@proxy.example", "--proxy").password == "s3cret");
}

TEST_CASE("an invalid proxy is refused without showing its password") {
  for (const char* text :
       {"ftp://lab:s3cret@proxy.example", "http://", "://", "http://a b", " ", "", "h:70000",
        "http://u:s3cret@x@host:1", "u:s3cret@x@host:1", "http://u:12/s3cret@host:1",
        "http://u:s3cret x@host:1", "http://u:s3cret@host:70000"}) {
    INFO(text);
    const auto error = error_of([&] { (void)http::parse_proxy(text, "--proxy"); });
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::usage);
    CHECK(std::string(error->what()).find("s3cret") == std::string::npos);
  }
}
