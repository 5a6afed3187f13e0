#pragma once

#include <array>
#include <deque>
#include <string>
#include <variant>
#include <vector>

#include "common/base/error.hpp"
#include "sender/http/http.hpp"

namespace healthmetric {

/// Answers requests from a script, in order, and remembers what it was asked. A request beyond the
/// script is a defect of the test: Error{internal}.
class FakeTransport final : public http::HttpTransport {
 public:
  /// What was asked, with the body read to its end.
  struct Sent {
    std::string method;
    std::string url;
    std::vector<std::string> headers;
    std::string body;
  };

  /// Without a body: in the server's own words, as far as it refuses.
  void answer(int status, std::string body = R"({"message":"Words of the server"})",
              std::map<std::string, std::string> headers = {}) {
    script_.emplace_back(http::Response{status, std::move(headers), std::move(body)});
  }
  void fail(ErrorCode code = ErrorCode::network, const std::string& message = "no answer") {
    script_.emplace_back(Error(code, message));
  }

  http::Response send(const http::Request& request) override {
    sent.push_back({request.method, request.url, request.headers, body_of(request)});
    if (script_.empty()) throw Error(ErrorCode::internal, "nothing scripted for " + request.url);
    const std::variant<http::Response, Error> next = std::move(script_.front());
    script_.pop_front();
    if (const auto* error = std::get_if<Error>(&next)) throw Error(*error);
    return std::get<http::Response>(next);
  }

  std::vector<Sent> sent;

 private:
  static std::string body_of(const http::Request& request) {
    std::string text;
    if (request.body == nullptr) return text;
    request.body->rewind();
    std::array<char, 4096> block{};
    while (const std::size_t count = request.body->read(block)) text.append(block.data(), count);
    return text;
  }

  std::deque<std::variant<http::Response, Error>> script_;
};

}  // namespace healthmetric
