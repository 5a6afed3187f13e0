#pragma once

#include <memory>

#include "sender/http.hpp"

namespace healthmetric {

/// The libcurl transport: one connection, kept alive between requests, HTTP/2 where offered.
///
/// TLS 1.2 or better, http and https only, proxies from the environment as curl reads them. A
/// transfer that moves nothing for a minute is given up; there is no limit on its whole time.
/// `Expect: 100-continue` is off: servers that ignore it cost a second. Answers over 16 MiB are
/// refused before they are kept.
class CurlTransport final : public HttpTransport {
 public:
  CurlTransport();
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;
  ~CurlTransport() override;

  Response send(const Request& request) override;

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace healthmetric
