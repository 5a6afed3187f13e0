#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/base/ascii.hpp"
#include "common/codec/digest.hpp"
#include "common/platform/file.hpp"

/// A stand-in for GitHub that costs next to nothing, so that the clients are what is measured.
///
///     healthmetric-bench-sink PORT OUTBOX BODY
///
/// It serves one connection after the other on 127.0.0.1:PORT and answers as GitHub does: 201 with
/// the blob id to a PUT of contents, 404 to a GET, 204 to a POST. A blob id would cost more than to
/// receive the body, so it is computed from the payload of that name in the sender's OUTBOX; of
/// those that lie there from the beginning before the first request. At the end of standard input
/// it writes the body of the last PUT to BODY and ends.

namespace {

namespace fs = std::filesystem;
using namespace healthmetric;

constexpr std::size_t kBodyBytes = std::size_t{64} << 20;
constexpr std::string_view kHeaderEnd = "\r\n\r\n";

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// The blob ids of payloads, by file name.
class BlobIds {
 public:
  /// Starts the digests' library, too, which must not count as a request's time.
  explicit BlobIds(fs::path outbox) : outbox_(std::move(outbox)) {
    TextSource nothing("");
    ids_[""] = codec::git_blob_id_of(nothing, 0);
    look();
  }

  /// Zeros for what is not in the outbox: other clients do not ask.
  std::string of(const std::string& filename) {
    if (!ids_.contains(filename)) look();
    const auto found = ids_.find(filename);
    return found == ids_.end() ? std::string(40, '0') : found->second;
  }

 private:
  void look() {
    if (!fs::exists(outbox_)) return;
    for (const auto& entry : fs::recursive_directory_iterator(outbox_)) {
      const std::string name = entry.path().filename();
      if (!entry.is_regular_file() || ids_.contains(name)) continue;
      platform::InputFile file(entry.path());
      ids_[name] = codec::git_blob_id_of(file, file.state().size_bytes);
    }
  }

  fs::path outbox_;
  std::map<std::string, std::string> ids_;
};

struct RequestHead {
  std::string method;
  std::string filename;  ///< the last component of the path
  std::size_t body_size = 0;
  bool expects_continue = false;
};

RequestHead parse(std::string_view text) {
  RequestHead head;
  const std::size_t method_end = text.find(' ');
  head.method = text.substr(0, method_end);
  const std::string_view path =
      text.substr(method_end + 1, text.find(' ', method_end + 1) - method_end - 1);
  head.filename = path.substr(path.rfind('/') + 1);
  const std::string lower = ascii_lower(text);
  constexpr std::string_view kLength = "\r\ncontent-length: ";
  if (const std::size_t at = lower.find(kLength); at != std::string::npos) {
    std::from_chars(lower.data() + at + kLength.size(), lower.data() + lower.size(),
                    head.body_size);
  }
  head.expects_continue = lower.find("\r\nexpect: 100-continue") != std::string::npos;
  return head;
}

std::string answer_to(const RequestHead& head, BlobIds& blobs) {
  const auto with_body = [](const std::string& status, const std::string& body) {
    return "HTTP/1.1 " + status +
           "\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  if (head.method == "PUT") {
    return with_body("201 Created", R"({"content":{"sha":")" + blobs.of(head.filename) + "\"}}");
  }
  if (head.method == "POST") return "HTTP/1.1 204 No Content\r\n\r\n";
  return with_body("404 Not Found", R"({"message":"Not Found"})");
}

/// The body of the last PUT, in memory that was touched before: to receive into it costs least.
struct LastBody {
  std::string room = std::string(kBodyBytes, '\0');
  std::size_t size = 0;
};

/// One client, until it hangs up.
class Connection {
 public:
  Connection(platform::Handle socket, LastBody& body) : socket_(std::move(socket)), body_(body) {
    const int on = 1;
    setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }

  void serve(BlobIds& blobs) {
    while (const auto head = read_head()) {
      if (head->expects_continue) write("HTTP/1.1 100 Continue\r\n\r\n");
      if (!read_body(*head)) return;
      write(answer_to(*head, blobs));
    }
  }

 private:
  std::optional<RequestHead> read_head() {
    std::size_t end = ahead_.find(kHeaderEnd);
    while (end == std::string::npos) {
      std::array<char, 16384> piece{};
      const ssize_t count = recv(socket_.get(), piece.data(), piece.size(), 0);
      if (count <= 0) return {};
      ahead_.append(piece.data(), static_cast<std::size_t>(count));
      end = ahead_.find(kHeaderEnd);
    }
    const RequestHead head = parse(std::string_view(ahead_).substr(0, end + 2));
    ahead_.erase(0, end + kHeaderEnd.size());
    return head;
  }

  /// What is too large to be kept is let go.
  bool read_body(const RequestHead& head) {
    const bool keeps = head.method == "PUT" && head.body_size <= kBodyBytes;
    std::vector<char> passing(keeps ? 0 : std::size_t{256} << 10);
    if (head.method == "PUT") body_.size = keeps ? head.body_size : 0;
    std::size_t received = std::min(ahead_.size(), head.body_size);
    if (keeps) ahead_.copy(body_.room.data(), received);
    ahead_.erase(0, received);
    while (received < head.body_size) {
      const std::size_t left = head.body_size - received;
      char* into = keeps ? body_.room.data() + received : passing.data();
      const ssize_t count =
          recv(socket_.get(), into, keeps ? left : std::min(left, passing.size()), 0);
      if (count <= 0) return false;
      received += static_cast<std::size_t>(count);
    }
    return true;
  }

  void write(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  platform::Handle socket_;
  LastBody& body_;
  std::string ahead_;  ///< received, and not looked at yet
};

platform::Handle listen_on(in_port_t port) {
  platform::Handle listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("bind");
  }
  if (listen(listener.get(), SOMAXCONN) != 0) give_up("listen");
  return listener;
}

void serve_until_input_ends(const platform::Handle& listener, BlobIds& blobs, LastBody& body) {
  for (;;) {
    std::array<pollfd, 2> waiting{pollfd{listener.get(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
    if (poll(waiting.data(), waiting.size(), -1) < 0) give_up("poll");
    if (waiting[0].revents != 0) {
      Connection(platform::Handle(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)), body)
          .serve(blobs);
    } else if (waiting[1].revents != 0) {
      return;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: healthmetric-bench-sink PORT OUTBOX BODY\n";
    return 2;
  }
  LastBody body;
  BlobIds blobs(argv[2]);
  const platform::Handle listener = listen_on(static_cast<in_port_t>(std::stoi(argv[1])));
  std::cout << "ready" << std::endl;
  serve_until_input_ends(listener, blobs, body);
  platform::write_file_atomically(argv[3], std::string_view(body.room).substr(0, body.size));
  return 0;
}
