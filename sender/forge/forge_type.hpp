#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/platform/clock.hpp"
#include "sender/forge/forge.hpp"
#include "sender/forge/inspector.hpp"
#include "sender/forge/repository.hpp"
#include "sender/http/http.hpp"
#include "sender/http/url.hpp"
#include "sender/model/progress.hpp"

namespace healthmetric::forge {

/// Where to send requests, and with which token.
struct ApiAccess {
  std::string url;  ///< of the API's root, without a slash at the end
  std::string token;
  Repository repository;
  std::string branch;     ///< that payloads go to; empty: the repository's default
  bool is_inbox = false;  ///< it is for payloads alone, and created where it is missing
};

/// What requests need to be sent, and how long one may be without progress; nullopt: each is sent
/// once, and what comes of that is final.
struct Carrier {
  http::HttpTransport& transport;
  platform::Clock& clock;
  model::Progress& progress;
  std::optional<platform::Clock::duration> max_wait = platform::Clock::duration::zero();
};

/// What the delivery of one batch takes.
struct Cost {
  std::uint64_t requests = 0;
  std::chrono::seconds least_duration{0};  ///< within the server's limits on writes
};

/// A type of server: what is known about it without a request.
class ForgeType {
 public:
  virtual ~ForgeType() = default;

  /// Its name in messages.
  [[nodiscard]] virtual std::string_view name() const = 0;

  /// The environment variables that may have a token for that API, in the order of precedence.
  [[nodiscard]] virtual std::vector<std::string> token_variables(const http::Url& api) const = 0;

  /// The permission a token needs, in the words of the page where tokens are created.
  [[nodiscard]] virtual std::string_view token_permission() const = 0;

  /// The web page where a token is made.
  [[nodiscard]] virtual std::string token_page(const http::Url& api) const = 0;

  /// The web pages of a repository and of its workflow runs.
  [[nodiscard]] virtual std::string repository_page(const http::Url& api,
                                                    const std::string& repository) const = 0;
  [[nodiscard]] virtual std::string runs_page(const http::Url& api,
                                              const std::string& repository) const = 0;

  /// The largest file that a repository there accepts; nullopt if that is not known.
  [[nodiscard]] virtual std::optional<std::uint64_t> max_file_bytes(const http::Url& api) const = 0;

  /// Whether its API can begin a branch with a history of its own, as an inbox branch is.
  [[nodiscard]] virtual bool can_begin_inbox_branches() const = 0;

  [[nodiscard]] virtual Cost cost_of(std::uint64_t parts, const Forge::Start& start) const = 0;

  [[nodiscard]] virtual std::unique_ptr<Forge> connect(const Carrier& carrier,
                                                       ApiAccess access) const = 0;

  /// To look without changing anything; the token may be empty, and the repository, too, as long as
  /// only the server is asked for.
  [[nodiscard]] virtual std::unique_ptr<Inspector> inspect(const Carrier& carrier,
                                                           ApiAccess access) const = 0;
};

/// The type of the server that has this API.
const ForgeType& type_of(const http::Url& api);

}  // namespace healthmetric::forge
