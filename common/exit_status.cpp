#include "common/exit_status.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <new>

#include "common/log.hpp"

namespace healthmetric {

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
      return ExitStatus::unauthorized;
    case ErrorCode::rate_limited:
      return ExitStatus::rate_limited;
    case ErrorCode::network:
    case ErrorCode::untrusted_peer:
      return ExitStatus::network;
    case ErrorCode::refused:
      return ExitStatus::refused;
    case ErrorCode::busy:
      return ExitStatus::busy;
    case ErrorCode::io:
      return ExitStatus::io;
  }
  return ExitStatus::internal;
}

ExitStatus more_important(ExitStatus a, ExitStatus b) {
  static constexpr std::array kOrder = {
      ExitStatus::usage,           ExitStatus::internal, ExitStatus::io,
      ExitStatus::unauthorized,    ExitStatus::refused,  ExitStatus::network,
      ExitStatus::rate_limited,    ExitStatus::busy,     ExitStatus::partly_done,
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

}  // namespace healthmetric
