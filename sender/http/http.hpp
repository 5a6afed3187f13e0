#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/base/stream.hpp"

/// HTTP as the sender needs it, independent of the transport: curl_http.hpp in the program,
/// FakeTransport in the tests.

namespace healthmetric::http {

/// A request body of known length that is generated while it is sent, and can be sent again.
class RequestBody : public Source {
 public:
  [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
  virtual void rewind() = 0;
};

struct Response {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// A header's value; "" when it is missing.
  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

struct Request {
  std::string method;
  std::string url;
  std::vector<std::string> headers;  ///< "Name: value"
  RequestBody* body = nullptr;       ///< outlives the request; null: none

  /// A longer answer is cut off here, and the rest is not waited for; 0: no limit.
  std::size_t enough_bytes = 0;

  /// Called before the request is sent again after an unknown outcome, such as a lost answer. If it
  /// returns an answer, the request is not sent again.
  std::function<std::optional<Response>()> settled_before = {};
};

class HttpTransport {
 public:
  virtual ~HttpTransport() = default;

  /// Sends and waits for the answer, whatever its status: a status is data. Redirects are not
  /// followed. Throws Error{network} if no answer came, Error{untrusted_peer} if the server's
  /// certificate is not valid.
  virtual Response send(const Request& request) = 0;
};

}  // namespace healthmetric::http
