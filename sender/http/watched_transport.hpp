#pragma once

#include "sender/http/http.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric {

/// Watches the bodies of requests on their way to another transport.
class WatchedTransport final : public HttpTransport {
 public:
  WatchedTransport(HttpTransport& inner, Progress& progress) : inner_(inner), progress_(progress) {}

  Response send(const Request& request) override;

 private:
  HttpTransport& inner_;
  Progress& progress_;
};

}  // namespace healthmetric
