#include "common/program/exit_status.hpp"

#include <new>

#include "tests/support/catch.hpp"

using namespace healthmetric;

TEST_CASE("each kind of failure has the exit status the README gives it") {
  const std::vector<std::pair<ErrorCode, int>> table = {
      {ErrorCode::internal, 1},     {ErrorCode::usage, 2},        {ErrorCode::nothing_to_send, 3},
      {ErrorCode::partly_done, 4},  {ErrorCode::bad_payload, 4},  {ErrorCode::too_large, 4},
      {ErrorCode::unsafe_path, 4},  {ErrorCode::unauthorized, 5}, {ErrorCode::not_found, 5},
      {ErrorCode::rate_limited, 6}, {ErrorCode::network, 7},      {ErrorCode::untrusted_peer, 7},
      {ErrorCode::not_ready, 8},    {ErrorCode::refused, 8},      {ErrorCode::busy, 9},
      {ErrorCode::io, 10},          {ErrorCode::timed_out, 11},   {ErrorCode::interrupted, 130},
      {ErrorCode::terminated, 143},
  };
  for (const auto& [code, status] : table) {
    CHECK(static_cast<int>(program::exit_status(code)) == status);
    CHECK(program::run_guarded([code = code]() -> program::ExitStatus {
            throw Error(code, "on purpose");
          }) == status);
  }
}

TEST_CASE("the more important of two statuses is reported") {
  const std::vector<program::ExitStatus> order = {program::ExitStatus::io,
                                                  program::ExitStatus::unauthorized,
                                                  program::ExitStatus::refused,
                                                  program::ExitStatus::network,
                                                  program::ExitStatus::rate_limited,
                                                  program::ExitStatus::timed_out,
                                                  program::ExitStatus::busy,
                                                  program::ExitStatus::partly_done,
                                                  program::ExitStatus::nothing_to_send,
                                                  program::ExitStatus::success};
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = i; j < order.size(); ++j) {
      CHECK(program::more_important(order[i], order[j]) == order[i]);
      CHECK(program::more_important(order[j], order[i]) == order[i]);
    }
  }
}

TEST_CASE("a body's own status is handed through") {
  CHECK(program::run_guarded([] { return program::ExitStatus::busy; }) == 9);
}

TEST_CASE("out of memory is an i/o failure and an unknown exception an internal error") {
  CHECK(program::run_guarded([]() -> program::ExitStatus { throw std::bad_alloc(); }) == 10);
  CHECK(program::run_guarded([]() -> program::ExitStatus { throw std::out_of_range("at"); }) == 1);
}
