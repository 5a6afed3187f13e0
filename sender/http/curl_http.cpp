#include "sender/http/curl_http.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <string_view>
#include <type_traits>
#include <utility>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/payload/relative_path.hpp"
#include "common/platform/interruption.hpp"
#include "common/program/named_file.hpp"
#include "common/text/redact.hpp"
#include "sender/http/libcurl.hpp"
#include "sender/http/proxy_environment.hpp"
#include "sender/http/system_proxy.hpp"
#include "sender/http/trust_failure.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::http {
namespace {

constexpr std::size_t kMaxAnswerBytes = std::size_t{4} * 1024 * 1024;
constexpr long kUploadBufferBytes = 512L * 1024;
constexpr long kConnectTimeoutSeconds = 30;
constexpr int kLookAroundMilliseconds = 1000;
constexpr long kStallBytesPerSecond = 100;
constexpr long kProxyAuthentication = 407;
constexpr std::uint64_t kMaxBundleBytes = 8'000'000;  // CURL_MAX_INPUT_LENGTH of libcurl

struct FreeEasy {
  void operator()(CURL* easy) const noexcept { libcurl().easy_cleanup(easy); }
};

struct FreeMulti {
  void operator()(CURLM* multi) const noexcept { libcurl().multi_cleanup(multi); }
};

struct FreeList {
  void operator()(curl_slist* list) const noexcept { libcurl().slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// curl's start-up and shutdown, once a process.
class CurlLibrary {
 public:
  static void ensure() { static const CurlLibrary instance; }
  CurlLibrary(const CurlLibrary&) = delete;
  CurlLibrary& operator=(const CurlLibrary&) = delete;

 private:
  CurlLibrary() {
    if (libcurl().global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
      throw Error(ErrorCode::internal, "libcurl does not start");
    }
  }
  ~CurlLibrary() { libcurl().global_cleanup(); }
};

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  const CURLcode result = libcurl().easy_setopt(easy, option, value);
  if (result != CURLE_OK) {
    throw Error(ErrorCode::internal,
                fmt::format("libcurl refuses option {}: {}", static_cast<int>(option),
                            libcurl().easy_strerror(result)));
  }
}

HeaderList to_list(const std::vector<std::string>& headers) {
  HeaderList list;
  const auto append = [&](const char* header) {
    curl_slist* longer = libcurl().slist_append(list.get(), header);
    if (longer == nullptr) throw Error(ErrorCode::internal, "libcurl has no memory");
    (void)list.release();
    list.reset(longer);
  };
  for (const std::string& header : headers) append(header.c_str());
  append("Expect:");
  return list;
}

/// What the callbacks of one transfer work on. An exception may not cross C code: it is kept and
/// thrown again when curl has returned.
struct Transfer {
  RequestBody* body = nullptr;
  Response response;
  std::exception_ptr failure;
  std::size_t enough_bytes = 0;
  bool has_enough = false;
  bool body_has_begun = false;
  bool answer_too_large = false;
};

std::size_t read_body(char* into, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  transfer.body_has_begun = true;
  try {
    return transfer.body->read(std::span<char>(into, size * count));
  } catch (...) {
    transfer.failure = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

/// Refuses once the body has begun: curl would send a request again by itself when a kept
/// connection turns out to be dead, without asking whether the first one arrived. Sending again is
/// RetryingTransport's decision. From 8.6 on curl remembers that, and seeks at the beginning of the
/// next transfer.
int seek_to_begin(void* context, curl_off_t offset, int /*origin*/) {
  const auto& transfer = *static_cast<const Transfer*>(context);
  return offset == 0 && !transfer.body_has_begun ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

std::size_t write_answer(char* bytes, std::size_t size, std::size_t count, void* context) {
  auto& transfer = *static_cast<Transfer*>(context);
  std::string& body = transfer.response.body;
  body.append(bytes, size * count);
  transfer.has_enough = transfer.enough_bytes > 0 && body.size() >= transfer.enough_bytes;
  transfer.answer_too_large = body.size() > kMaxAnswerBytes;
  if (!transfer.has_enough && !transfer.answer_too_large) return size * count;
  body.resize(std::min(body.size(), transfer.enough_bytes));
  return CURL_WRITEFUNC_ERROR;
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* context) {
  auto& response = static_cast<Transfer*>(context)->response;
  const std::string_view line(bytes, size * count);
  if (line.starts_with("HTTP/")) {
    response.headers.clear();  // an interim answer came before
    response.body.clear();
  }
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    response.headers[ascii_lower(line.substr(0, colon))] = trim(line.substr(colon + 1));
  }
  return line.size();
}

/// What stands before the last @ in libcurl's words may be a password.
std::string without_user_info(CURLcode code, std::string_view detail) {
  if (code == CURLE_SEND_FAIL_REWIND) return "the connection was lost";
  std::string general = libcurl().easy_strerror(code);
  if (detail.empty()) return general;
  if (detail.find('@') == std::string_view::npos) return printable(detail);
  return printable(general + ": " + text::redact_user_info(detail));
}

[[noreturn]] void throw_no_answer(const Request& request, CURLcode code, std::string_view detail) {
  const std::string why = without_user_info(code, detail);
  // Who retries says where; a failure of trust is not retried.
  if (!is_trust_failure(code, detail)) throw Error(ErrorCode::network, why);
  throw Error(ErrorCode::untrusted_peer,
              request.method + " " + origin_of(request.url) + ": " + trust_failure_text(why));
}

/// "Basic, Digest": what a proxy wants to be given.
std::string names_of_schemes(long schemes) {
  static constexpr std::array<std::pair<unsigned long, const char*>, 5> kNames = {
      {{CURLAUTH_BASIC, "Basic"},
       {CURLAUTH_DIGEST, "Digest"},
       {CURLAUTH_NEGOTIATE, "Negotiate"},
       {CURLAUTH_NTLM, "NTLM"},
       {CURLAUTH_BEARER, "Bearer"}}};
  std::string names;
  for (const auto& [scheme, name] : kNames) {
    if ((static_cast<unsigned long>(schemes) & scheme) == 0) continue;
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  return names.empty() ? "a scheme nobody here knows" : names;
}

/// A proxy that wants to know who asks says so to each request: trying again does not help.
void check_proxy_lets_through(const Request& request, CURL* easy) {
  long status = 0;
  long of_tunnel = 0;
  long schemes = 0;
  (void)libcurl().easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  (void)libcurl().easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &of_tunnel);
  if (status != kProxyAuthentication && of_tunnel != kProxyAuthentication) return;
  (void)libcurl().easy_getinfo(easy, CURLINFO_PROXYAUTH_AVAIL, &schemes);
  throw Error(
      ErrorCode::untrusted_peer,
      fmt::format("{} {}: the proxy wants a user and password that it knows (HTTP 407; it takes "
                  "{}, and the sender can do Basic): put both into --proxy, as "
                  "USER:PASSWORD@HOST:PORT",
                  request.method, origin_of(request.url), names_of_schemes(schemes)));
}

void check(CURLMcode code) {
  if (code == CURLM_OK) return;
  throw Error(ErrorCode::internal, std::string("libcurl fails: ") + libcurl().multi_strerror(code));
}

/// What is the same for every request. No encoding is asked for, but one that comes all the same is
/// undone: some proxies and servers compress for everybody.
void set_protocol(CURL* easy) {
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  // A libcurl that was built without HTTP/2 refuses this, and speaks HTTP/1.1.
  (void)libcurl().easy_setopt(easy, CURLOPT_HTTP_VERSION,
                              static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(easy, CURLOPT_ACCEPT_ENCODING, "identity");
  set(easy, CURLOPT_QUICK_EXIT, 1L);  // a resolver that hangs must not hold up the end
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

/// libcurl opens a file by a name of chars, which on Windows is not UTF-8 and has 260 at most: it
/// is given the text there, which was read once.
void set_authorities(CURL* easy, const std::filesystem::path& bundle, std::string& text) {
  if (text.empty()) {
    set(easy, CURLOPT_CAINFO, bundle.string().c_str());
    set(easy, CURLOPT_PROXY_CAINFO, bundle.string().c_str());
    return;
  }
  curl_blob blob{text.data(), text.size(), CURL_BLOB_COPY};
  set(easy, CURLOPT_CAINFO_BLOB, &blob);
  set(easy, CURLOPT_PROXY_CAINFO_BLOB, &blob);
}

/// What --proxy names, or the system's settings; "" where libcurl finds one in the environment.
std::string proxy_for(const Url& url, const model::NetworkOptions& network) {
  if (network.proxy) return network.proxy->text;
  return url.is_loopback() || !proxies_for(url.scheme).empty() ? "" : system_proxy_for(url);
}

/// What is meant for this machine must not reach a proxy on another one, least of all unencrypted.
void set_network(CURL* easy, const model::NetworkOptions& network, std::string& authorities,
                 const Url& url) {
  set(easy, CURLOPT_CONNECTTIMEOUT, kConnectTimeoutSeconds);
  set(easy, CURLOPT_LOW_SPEED_LIMIT, kStallBytesPerSecond);
  set(easy, CURLOPT_LOW_SPEED_TIME, static_cast<long>(network.timeout.count()));
  // Schannel alone asks for lists of revoked certificates; an authority that has none is no fault.
  set(easy, CURLOPT_SSL_OPTIONS, static_cast<long>(CURLSSLOPT_REVOKE_BEST_EFFORT));
  set(easy, CURLOPT_PROXY_SSL_OPTIONS, static_cast<long>(CURLSSLOPT_REVOKE_BEST_EFFORT));
  if (!network.ca_bundle.empty()) {
    set_authorities(easy, network.ca_bundle, authorities);
  }
  const std::string proxy = proxy_for(url, network);
  if (!proxy.empty()) set(easy, CURLOPT_PROXY, proxy.c_str());
  const bool has_local_proxy = network.proxy && network.proxy->is_loopback;
  if (url.is_loopback()) set(easy, CURLOPT_NOPROXY, has_local_proxy ? "" : "*");
}

void set_request(CURL* easy, const Request& request, Transfer& transfer) {
  set(easy, CURLOPT_URL, request.url.c_str());
  set(easy, CURLOPT_HEADERFUNCTION, &take_header);
  set(easy, CURLOPT_HEADERDATA, &transfer);
  set(easy, CURLOPT_WRITEFUNCTION, &write_answer);
  set(easy, CURLOPT_WRITEDATA, &transfer);
  if (request.body != nullptr) {
    request.body->rewind();
    transfer.body = request.body;
    set(easy, CURLOPT_UPLOAD, 1L);
    set(easy, CURLOPT_UPLOAD_BUFFERSIZE, kUploadBufferBytes);
    set(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body->size_bytes()));
    set(easy, CURLOPT_READFUNCTION, &read_body);
    set(easy, CURLOPT_READDATA, &transfer);
    set(easy, CURLOPT_SEEKFUNCTION, &seek_to_begin);
    set(easy, CURLOPT_SEEKDATA, &transfer);
  }
  set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

/// A transfer that is under way as long as this object lives.
class RunningTransfer {
 public:
  RunningTransfer(CURLM* multi, CURL* easy) : multi_(multi), easy_(easy) {
    check(libcurl().multi_add_handle(multi, easy));
  }
  ~RunningTransfer() { libcurl().multi_remove_handle(multi_, easy_); }
  RunningTransfer(const RunningTransfer&) = delete;
  RunningTransfer& operator=(const RunningTransfer&) = delete;

  /// Runs it to its end. Throws as stop_if_signalled() does.
  CURLcode finish(const platform::InterruptionWatch& signals) {
    curl_waitfd signalled{static_cast<curl_socket_t>(signals.waitable()), CURL_WAIT_POLLIN, 0};
    for (;;) {
      int running = 0;
      check(libcurl().multi_perform(multi_, &running));
      if (running == 0) break;
      check(libcurl().multi_poll(multi_, &signalled, 1, kLookAroundMilliseconds, nullptr));
      platform::stop_if_signalled();
    }
    int left = 0;
    const CURLMsg* message = libcurl().multi_info_read(multi_, &left);
    return message == nullptr ? CURLE_FAILED_INIT : message->data.result;
  }

 private:
  CURLM* multi_;
  CURL* easy_;
};

}  // namespace

/// curl_easy_perform() cannot be woken by a signal that waits to be looked at; the multi interface
/// can wait for one beside its own sockets. The multi handle keeps the connections.
struct CurlTransport::Handle {
  std::unique_ptr<CURLM, FreeMulti> multi{libcurl().multi_init()};
  std::unique_ptr<CURL, FreeEasy> easy{libcurl().easy_init()};
  platform::InterruptionWatch signals;
  std::string authorities;  // in PEM, where libcurl does not read them itself
};

CurlTransport::CurlTransport(model::NetworkOptions network) : network_(std::move(network)) {}

CurlTransport::~CurlTransport() = default;

void CurlTransport::start() {
  CurlLibrary::ensure();
  handle_ = std::make_unique<Handle>();
  if (!handle_->easy || !handle_->multi) {
    throw Error(ErrorCode::internal, "libcurl does not start");
  }
  constexpr bool kHasNamesOfChars = std::is_same_v<std::filesystem::path::value_type, char>;
  if (kHasNamesOfChars || network_.ca_bundle.empty()) return;
  handle_->authorities =
      program::read_named_file("--ca-bundle", network_.ca_bundle, kMaxBundleBytes);
}

Response CurlTransport::send(const Request& request) {
  if (!handle_) start();
  CURL* easy = handle_->easy.get();
  libcurl().easy_reset(easy);  // forgets options, keeps the connection
  Transfer transfer;
  transfer.enough_bytes = request.enough_bytes;
  std::array<char, CURL_ERROR_SIZE> detail{};
  const HeaderList headers = to_list(request.headers);
  set(easy, CURLOPT_ERRORBUFFER, detail.data());
  set(easy, CURLOPT_HTTPHEADER, headers.get());
  set_protocol(easy);
  set_network(easy, network_, handle_->authorities, Url::parse(request.url, "URL"));
  set_request(easy, request, transfer);

  const CURLcode result = RunningTransfer(handle_->multi.get(), easy).finish(handle_->signals);
  if (transfer.failure) std::rethrow_exception(transfer.failure);
  if (transfer.answer_too_large) {
    throw Error(ErrorCode::network, "the answer is larger than " + human_bytes(kMaxAnswerBytes));
  }
  check_proxy_lets_through(request, easy);
  if (result != CURLE_OK && !transfer.has_enough) throw_no_answer(request, result, detail.data());
  long status = 0;
  if (libcurl().easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status == 0) {
    throw_no_answer(request, CURLE_WEIRD_SERVER_REPLY, "the answer has no status");
  }
  transfer.response.status = static_cast<int>(status);
  return std::move(transfer.response);
}

}  // namespace healthmetric::http
