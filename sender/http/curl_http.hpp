#pragma once

#include <memory>

#include "sender/http/http.hpp"
#include "sender/model/network.hpp"

namespace healthmetric::http {

/// The libcurl transport: one connection, kept alive between requests, HTTP/2 where offered.
///
/// TLS 1.2 or newer, http and https only. A transfer without a byte for the timeout is aborted;
/// there is no limit on its total time. `Expect: 100-continue` is off: servers that ignore it cost
/// a second. Answers over 4 MiB are refused before they are kept. A signal deferred by
/// watch_for_signals() ends a transfer at once, with Error{interrupted} or Error{terminated}.
class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(model::NetworkOptions network);
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;
  ~CurlTransport() override;

  Response send(const Request& request) override;

 private:
  struct Handle;

  /// With the first request: a run that needs no network does not wait for the library to start.
  void start();

  model::NetworkOptions network_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace healthmetric::http
