#include "common/program/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/text/redact.hpp"

namespace healthmetric::log {
namespace {

/// Of an urgent warning: above errors, so that it is never hidden.
constexpr spdlog::level::level_enum kUrgent = spdlog::level::critical;

/// In front of a message for people: what it is, where it is more than information.
class SeverityFlag final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm& /*time*/,
              spdlog::memory_buf_t& out) override {
    if (message.level == spdlog::level::warn || message.level == kUrgent) append("warning: ", out);
    if (message.level == spdlog::level::err) append("error: ", out);
  }

  [[nodiscard]] std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<SeverityFlag>();
  }

 private:
  static void append(std::string_view text, spdlog::memory_buf_t& out) {
    out.append(text.data(), text.data() + text.size());
  }
};

std::unique_ptr<spdlog::formatter> console_formatter(const std::string& front) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<SeverityFlag>('*').set_pattern(front + "%*%v");
  return formatter;
}

struct State {
  spdlog::logger logger{"healthmetric", std::make_shared<spdlog::sinks::stderr_sink_st>()};
  std::vector<std::string> secrets;
  std::function<void()> hook;
};

State& state() {
  static State instance = [] {
    State fresh;
    fresh.logger.set_formatter(console_formatter(""));
    return fresh;
  }();
  return instance;
}

spdlog::level::level_enum console_level(Verbosity verbosity) {
  switch (verbosity) {
    case Verbosity::quiet:
      return spdlog::level::err;
    case Verbosity::normal:
      return spdlog::level::info;
    case Verbosity::verbose:
      return spdlog::level::debug;
  }
  return spdlog::level::info;
}

[[noreturn]] void throw_unwritable(const std::filesystem::path& file) {
  throw Error(ErrorCode::io, "cannot write the log file " + in_quotes(file.string()) +
                                 ": it must be a writable regular file, not a link (--log-file)");
}

/// A FIFO would be waited for, for ever. A link in a checkout may be a stranger's, and lead
/// anywhere; one to a device, such as /dev/stderr, does no harm.
bool is_fit_for_a_log(const std::filesystem::path& file) {
  using std::filesystem::file_type;
  std::error_code error;
  const file_type type = std::filesystem::symlink_status(file, error).type();
  if (type == file_type::symlink) {
    return std::filesystem::status(file, error).type() == file_type::character;
  }
  return type == file_type::not_found || type == file_type::regular || type == file_type::character;
}

spdlog::sink_ptr file_sink(const std::filesystem::path& file) {
  if (!is_fit_for_a_log(file)) throw_unwritable(file);
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_st>(file.string());
    sink->set_formatter(std::make_unique<spdlog::pattern_formatter>(
        "%Y-%m-%dT%H:%M:%SZ %l %v", spdlog::pattern_time_type::utc));
    return sink;
  } catch (const spdlog::spdlog_ex&) {
    throw_unwritable(file);
  }
}

/// A log that cannot be written any more is no reason to stop, but to say so, once.
void tell_incomplete_log(const std::string& reason) {
  static bool is_told = false;
  if (std::exchange(is_told, true)) return;
  state().logger.sinks().front()->log(
      {"", spdlog::level::warn, "the log is incomplete: " + printable(reason)});
}

bool is_written(spdlog::level::level_enum level) {
  const std::vector<spdlog::sink_ptr>& sinks = state().logger.sinks();
  return std::any_of(sinks.begin(), sinks.end(),
                     [&](const spdlog::sink_ptr& sink) { return sink->should_log(level); });
}

void write(spdlog::level::level_enum level, std::string_view message) {
  if (!is_written(level)) return;  // redacting takes its time
  const bool is_seen = state().logger.sinks().front()->should_log(level);
  if (is_seen && state().hook) state().hook();
  state().logger.log(level, spdlog::string_view_t(printable(redacted(message))));
}

}  // namespace

void set_up(const Options& options) {
  auto console = std::make_shared<spdlog::sinks::stderr_sink_st>();
  console->set_level(console_level(options.verbosity));
  console->set_formatter(console_formatter(options.program + ": "));
  std::vector<spdlog::sink_ptr> sinks{console};
  std::string missing;
  try {
    if (!options.file.empty()) sinks.push_back(file_sink(options.file));
  } catch (const Error& error) {
    if (options.needs_file) throw;
    missing = error.what();
  }
  state().logger.sinks() = sinks;
  state().logger.set_level(spdlog::level::debug);
  state().logger.flush_on(spdlog::level::debug);
  state().logger.set_error_handler(tell_incomplete_log);
  if (!missing.empty()) warning(missing + "; continuing without it");
}

void before_each_message(std::function<void()> hook) {
  state().hook = std::move(hook);
}

void hide(std::string secret) {
  state().secrets.push_back(std::move(secret));
}

std::string redacted(std::string_view text) {
  std::string out = text::redact_urls(text::redact_tokens(text));
  for (const std::string& secret : state().secrets) out = text::redact(out, secret);
  return out;
}

void record(std::string_view message) {
  const spdlog::sink_ptr console = state().logger.sinks().front();
  const spdlog::level::level_enum level = console->level();
  console->set_level(spdlog::level::off);
  write(spdlog::level::info, message);
  console->set_level(level);
}

void debug(std::string_view message) {
  write(spdlog::level::debug, message);
}
void debug(const std::function<std::string()>& message) {
  if (is_written(spdlog::level::debug)) debug(message());
}
void info(std::string_view message) {
  write(spdlog::level::info, message);
}
void warning(std::string_view message) {
  write(spdlog::level::warn, message);
}
void error(std::string_view message) {
  write(spdlog::level::err, message);
}

void urgent_warning(std::string_view message) {
  write(kUrgent, message);
}

}  // namespace healthmetric::log
