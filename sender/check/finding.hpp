#pragma once

#include <string>
#include <string_view>

#include "common/base/error.hpp"

/// What `doctor` finds. A check is a function that makes one finding of what was learned.

namespace healthmetric::check {

enum class Result {
  ok,
  warning,
  failed,
  no_access,  ///< failed, because the token or a permission is missing
  skipped,    ///< could not be checked
};

struct Finding {
  std::string check;  ///< its name, "disk-space"
  Result result = Result::ok;
  std::string detail;  ///< what was found; no secrets
  std::string hint;    ///< what to do; "" if nothing need be done
};

inline Finding ok(std::string check, std::string detail) {
  return {std::move(check), Result::ok, std::move(detail), {}};
}
inline Finding warning(std::string check, std::string detail, std::string hint) {
  return {std::move(check), Result::warning, std::move(detail), std::move(hint)};
}
inline Finding failed(std::string check, std::string detail, std::string hint) {
  return {std::move(check), Result::failed, std::move(detail), std::move(hint)};
}
inline Finding no_access(std::string check, std::string detail, std::string hint) {
  return {std::move(check), Result::no_access, std::move(detail), std::move(hint)};
}
inline Finding skipped(std::string check, std::string why) {
  return {std::move(check), Result::skipped, std::move(why), {}};
}

/// Whether the server refused because the token is not one, or lacks a permission.
inline bool is_access_error(const Error& error) {
  return error.code() == ErrorCode::unauthorized || error.code() == ErrorCode::not_found;
}

/// What an error means. Its message says what to do, but for the network, which is not waited for.
inline Finding failed(std::string check, const Error& error) {
  const char* const hint =
      error.code() == ErrorCode::network ? "check the network, the proxy and --api-url" : "";
  return {std::move(check), is_access_error(error) ? Result::no_access : Result::failed,
          error.what(), hint};
}

/// Of a check that asks the server: that it got no answer to go by, and why.
inline Finding not_found_out(std::string check, const Error& error) {
  Finding finding = failed(std::move(check), error);
  finding.detail = "could not be found out: " + finding.detail;
  return finding;
}

/// Whether what depends on this can be checked.
inline bool is_passed(const Finding& finding) {
  return finding.result == Result::ok || finding.result == Result::warning;
}

/// A signal is no finding.
inline void rethrow_interruption(const Error& error) {
  if (error.code() == ErrorCode::interrupted || error.code() == ErrorCode::terminated) {
    throw Error(error);
  }
}

/// The finding of `look`, also of an error that leaves it.
template <typename Look>
Finding finding_of(const char* check, Look look) {
  try {
    return look();
  } catch (const Error& error) {
    rethrow_interruption(error);
    return failed(check, error);
  }
}

/// What a refusal for lack of access says to a check that asks the server.
enum class Refusal {
  is_the_finding,  ///< access is what is checked
  hides_it,
};

/// The same, of a `look` that asks the server.
template <typename Look>
Finding finding_of(const char* check, Refusal refusal, Look look) {
  try {
    return look();
  } catch (const Error& error) {
    rethrow_interruption(error);
    const bool is_finding = refusal == Refusal::is_the_finding && is_access_error(error);
    return is_finding ? failed(check, error) : not_found_out(check, error);
  }
}

}  // namespace healthmetric::check
