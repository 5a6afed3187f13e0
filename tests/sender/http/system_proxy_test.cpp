#include "sender/http/system_proxy.hpp"

#include "tests/support/catch.hpp"

using namespace healthmetric;

namespace {

std::string server(const std::string& servers, const std::string& bypass, const std::string& url) {
  return http::server_for({servers, bypass}, http::Url::parse(url, "URL"));
}

}  // namespace

TEST_CASE("the system's settings name a proxy for all schemes, or for one") {
  CHECK(server("proxy.lan:3128", "", "https://api.github.com") == "proxy.lan:3128");
  CHECK(server("http=a.lan:80;HTTPS=b.lan:81", "", "https://api.github.com") == "b.lan:81");
  CHECK(server("http=a.lan:80 https=b.lan:81", "", "http://git.lan") == "a.lan:80");
  CHECK(server("http=a.lan:80; c.lan:82", "", "https://api.github.com") == "c.lan:82");
  CHECK(server("ftp=a.lan:80;socks=s.lan:1080", "", "https://api.github.com").empty());
  CHECK(server("", "", "https://api.github.com").empty());
  CHECK(server(";;=;", "", "https://api.github.com").empty());
}

TEST_CASE("the system's settings name hosts that are reached without the proxy") {
  const auto is_direct = [](const std::string& bypass, const std::string& url) {
    return server("p:1", bypass, url).empty();
  };
  CHECK(is_direct("*.lan;<local>", "https://git.LAN"));
  CHECK(is_direct("*.lan;<local>", "https://git"));
  CHECK_FALSE(is_direct("*.lan;<local>", "https://api.github.com"));
  CHECK(is_direct("10.*", "http://10.1.2.3:3000"));
  CHECK(is_direct("git.lan:8443", "https://git.lan:8443"));
  CHECK_FALSE(is_direct("git.lan:8443", "https://git.lan"));
  CHECK(is_direct("https://git.lan", "https://git.lan"));
  CHECK_FALSE(is_direct("http://git.lan", "https://git.lan"));
  CHECK(is_direct("*", "https://api.github.com"));
  CHECK_FALSE(is_direct(" ; ;;", "https://api.github.com"));
}
