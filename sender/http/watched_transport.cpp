#include "sender/http/watched_transport.hpp"

namespace healthmetric::http {
namespace {

/// A body that tells how much of it is gone.
class WatchedBody final : public RequestBody {
 public:
  WatchedBody(RequestBody& inner, model::Progress& progress) : inner_(inner), progress_(progress) {}

  [[nodiscard]] std::uint64_t size_bytes() const override { return inner_.size_bytes(); }

  std::size_t read(std::span<char> into) override {
    const std::size_t count = inner_.read(into);
    done_bytes_ += count;
    progress_.at(done_bytes_, inner_.size_bytes());
    return count;
  }

  void rewind() override {
    inner_.rewind();
    done_bytes_ = 0;
  }

 private:
  RequestBody& inner_;
  model::Progress& progress_;
  std::uint64_t done_bytes_ = 0;
};

}  // namespace

Response WatchedTransport::send(const Request& request) {
  if (request.body == nullptr) return inner_.send(request);
  WatchedBody body(*request.body, progress_);
  Request watched = request;
  watched.body = &body;
  return inner_.send(watched);
}

}  // namespace healthmetric::http
