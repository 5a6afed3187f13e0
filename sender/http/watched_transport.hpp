#pragma once

#include "sender/http/http.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::http {

/// Reports the progress of request bodies while another transport sends them.
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
