#pragma once

#include "sender/http/http.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::http {

/// Watches the bodies of requests on their way to another transport.
class WatchedTransport final : public HttpTransport {
 public:
  WatchedTransport(HttpTransport& inner, model::Progress& progress)
      : inner_(inner), progress_(progress) {}

  Response send(const Request& request) override;

 private:
  HttpTransport& inner_;
  model::Progress& progress_;
};

}  // namespace healthmetric::http
