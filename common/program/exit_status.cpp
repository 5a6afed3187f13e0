#include "common/program/exit_status.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <new>

#include "common/program/log.hpp"

namespace healthmetric::program {

std::span<const std::pair<ExitStatus, std::string_view>> exit_status_meanings() {
  static constexpr std::array<std::pair<ExitStatus, std::string_view>, 14> kMeanings = {{
      {ExitStatus::success, "all done; for the receiver also: nothing was waiting"},
      {ExitStatus::internal, "a defect in the program"},
      {ExitStatus::usage, "usage: an option, no such folder, no source"},
      {ExitStatus::nothing_to_send, "nothing to send"},
      {ExitStatus::partly_done,
       "partly done: files were skipped because of an error, or a batch was rejected"},
      {ExitStatus::unauthorized, "authentication or permission"},
      {ExitStatus::rate_limited, "rate limited for too long; the batch waits in the outbox"},
      {ExitStatus::network,
       "network or server failure for too long; the batch waits in the outbox"},
      {ExitStatus::refused,
       "the repository refused the batch, or with --wait the receiver rejected it"},
      {ExitStatus::busy, "another sender (or receiver) is at work"},
      {ExitStatus::io, "local input or output: disk full, no permission"},
      {ExitStatus::timed_out,
       "--wait ran out of time; the batch is delivered, its outcome unknown"},
      {ExitStatus::interrupted, "interrupted; what was packed waits in the outbox"},
      {ExitStatus::terminated, "terminated; what was packed waits in the outbox"},
  }};
  return kMeanings;
}

ExitStatus exit_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::internal:
      return ExitStatus::internal;
    case ErrorCode::usage:
      return ExitStatus::usage;
    case ErrorCode::nothing_to_send:
      return ExitStatus::nothing_to_send;
    case ErrorCode::partly_done:
    case ErrorCode::bad_payload:
    case ErrorCode::too_large:
    case ErrorCode::unsafe_path:
      return ExitStatus::partly_done;
    case ErrorCode::unauthorized:
    case ErrorCode::not_found:
      return ExitStatus::unauthorized;
    case ErrorCode::rate_limited:
      return ExitStatus::rate_limited;
    case ErrorCode::network:
    case ErrorCode::untrusted_peer:
      return ExitStatus::network;
    case ErrorCode::not_ready:
    case ErrorCode::refused:
      return ExitStatus::refused;
    case ErrorCode::busy:
      return ExitStatus::busy;
    case ErrorCode::io:
      return ExitStatus::io;
    case ErrorCode::timed_out:
      return ExitStatus::timed_out;
    case ErrorCode::interrupted:
      return ExitStatus::interrupted;
    case ErrorCode::terminated:
      return ExitStatus::terminated;
  }
  return ExitStatus::internal;
}

ExitStatus more_important(ExitStatus a, ExitStatus b) {
  static constexpr std::array kOrder = {
      ExitStatus::interrupted,     ExitStatus::terminated, ExitStatus::usage,
      ExitStatus::internal,        ExitStatus::io,         ExitStatus::unauthorized,
      ExitStatus::refused,         ExitStatus::network,    ExitStatus::rate_limited,
      ExitStatus::timed_out,       ExitStatus::busy,       ExitStatus::partly_done,
      ExitStatus::nothing_to_send, ExitStatus::success};
  return *std::min(std::find(kOrder.begin(), kOrder.end(), a),
                   std::find(kOrder.begin(), kOrder.end(), b));
}

int run_guarded(const std::function<ExitStatus()>& body) noexcept {
  ExitStatus status = ExitStatus::internal;
  try {
    status = body();
  } catch (const Error& error) {
    log::error(error.what());
    status = exit_status(error.code());
  } catch (const std::filesystem::filesystem_error& error) {
    log::error(error.what());
    status = ExitStatus::io;
  } catch (const std::bad_alloc&) {
    log::error("out of memory");
    status = ExitStatus::io;
  } catch (const std::exception& error) {
    log::error(std::string("internal error: ") + error.what());
  }
  return static_cast<int>(status);
}

}  // namespace healthmetric::program
