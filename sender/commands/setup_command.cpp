#include "sender/commands/setup_command.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/terminal.hpp"
#include "sender/commands/config_file.hpp"
#include "sender/commands/setup.hpp"
#include "sender/forge/credentials.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {
namespace {

namespace fs = std::filesystem;

bool has_file(const fs::path& file) {
  std::error_code error;
  return !file.empty() && fs::exists(fs::symlink_status(file, error));
}

/// Whether that profile, or the file, is yet to be written.
bool is_new(const ConfigurationOptions& configuration, const program::CommandLine& line) {
  if (!has_file(configuration.file())) return true;
  if (configuration.profile().empty()) return false;
  const ConfigSettings known = config_settings(line.setting_names(), configuration.file(), "");
  return std::none_of(known.profiles.begin(), known.profiles.end(), [&](const auto& profile) {
    return profile.first == configuration.profile();
  });
}

/// What the set-up works with and a later run would not find by itself: all that was said on the
/// command line, in the environment or in the profile that is replaced. What the rest of the file
/// says holds without being said again.
class SettingsToKeep {
 public:
  SettingsToKeep(const program::CommandLine& line, const fs::path& config) : line_(line) {
    std::error_code error;
    if (!fs::exists(config, error)) return;
    for (const auto& setting : config_settings(line.setting_names(), config, "").general) {
      in_file_.insert(setting.option);
    }
  }

  /// `value` makes the text.
  template <typename Value>
  void add(const std::string& option, Value value) {
    const bool is_needed =
        line_.is_on_command_line(option) || (line_.is_given(option) && !in_file_.contains(option));
    if (is_needed) settings_.emplace_back(option, value());
  }

  void add_path(const std::string& option, const fs::path& path) {
    add(option, [&] { return fs::absolute(path).lexically_normal().string(); });
  }

  void add_time(const std::string& option, std::chrono::seconds time) {
    add(option, [&] { return fmt::format("{}s", time.count()); });
  }

  /// Whatever said it.
  void add_always(const std::string& option, const std::string& value) {
    settings_.emplace_back(option, value);
  }

  [[nodiscard]] const ProfileSettings& settings() const { return settings_; }

 private:
  ProfileSettings settings_;
  const program::CommandLine& line_;
  std::set<std::string> in_file_;
};

ProfileSettings settings_to_keep(const Options& options, const program::CommandLine& line,
                                 const fs::path& config) {
  SettingsToKeep keep(line, config);
  if (options.api_url_place != "--api-url") {
    keep.add_always("api-url", options.api_url);
  } else {
    keep.add("api-url", [&] { return options.api_url; });
  }
  keep.add("branch", [&] { return options.branch; });
  keep.add("inbox-branch",
           [&] { return options.inbox_branch.empty() ? options.branch : options.inbox_branch; });
  keep.add("trigger", [&] { return std::string(model::to_text(options.trigger)); });
  keep.add("proxy", [&] { return options.network.proxy->text; });
  keep.add_path("ca-bundle", options.network.ca_bundle);
  keep.add_path("state-dir", options.state_dir);
  keep.add_time("timeout", options.network.timeout);
  keep.add_time("max-wait", options.max_wait);
  keep.add_time("lock-wait", options.lock_wait);
  keep.add("outbox-limit", [&] { return fmt::format("{}", options.outbox_limit_bytes); });
  return keep.settings();
}

fs::path history_folder(const Options& options) {
  return options.state_dir.empty() ? fs::path() : options.state_dir / "history";
}

}  // namespace

program::ExitStatus set_up_at_terminal(const SharedOptions& shared,
                                       const program::CommandLine& line) {
  if (!platform::is_interactive_terminal()) {
    throw Error(ErrorCode::usage,
                "setup asks questions, and there is no terminal: write sender.toml and the token's "
                "file by hand (man healthmetric-sender)");
  }
  SetupRequest request;
  request.config = shared.configuration.file();
  if (request.config.empty()) {
    throw Error(ErrorCode::usage,
                "cannot tell where the configuration file is: neither XDG_CONFIG_HOME nor HOME is "
                "set; use --config");
  }
  if (line.is_on_command_line("repo")) request.options.repository = shared.repository.repository();
  shared.target.put_into(request.options);
  shared.put_into(request.options, line, Uses::network, Quiet::on_command_line_only);
  if (request.options.state_dir.empty()) request.options.state_dir = default_state_dir();
  begin_run(request.options);
  request.config_is_default = request.config == default_config_file();
  request.profile = shared.configuration.profile();
  request.settings = settings_to_keep(request.options, line, request.config);
  request.options_of_file = line.setting_names();
  platform::SystemClock clock;
  TerminalAsker asker(history_folder(request.options));
  return set_up(std::move(request), asker, clock);
}

bool is_nothing_set_up(const Options& options, const SharedOptions& shared) {
  if (options.dry_run || !options.output.empty() || has_file(shared.configuration.file())) {
    return false;
  }
  try {
    forge::look_for_token(options.token_file,
                          http::api_root(options.api_url, options.api_url_place));
    return false;
  } catch (const Error& error) {
    return error.code() == ErrorCode::unauthorized;
  }
}

bool offer_setup(const Options& options) {
  TerminalAsker asker(history_folder(options));
  asker.say("There is neither a token nor a configuration yet.\n");
  return ask_yes_or_no(asker, "Set the sender up now?", "yes");
}

SetupCommand::SetupCommand(std::shared_ptr<const SharedOptions> shared)
    : Command("setup",
              "Set the sender up: ask for the repository and a token, write both down, and check "
              "that everything is in place"),
      shared_(std::move(shared)) {
  take(shared_->repository, shared_->target, shared_->network, shared_->outbox,
       shared_->configuration, shared_->log);
  ignore(shared_->token, shared_->progress, shared_->json);
  add_notes(
      "It asks at a terminal, and writes nothing before you agree: the token into a file that only "
      "you can read, and sender.toml. If that exists, a profile is added to it, or a token is "
      "replaced.");
}

void SetupCommand::take_bad_settings(const Error& error) {
  fault_of_settings_ = error;
}

program::ExitStatus SetupCommand::run(const program::CommandLine& line) {
  if (fault_of_settings_ && !is_new(shared_->configuration, line)) throw Error(*fault_of_settings_);
  return set_up_at_terminal(*shared_, line);
}

}  // namespace healthmetric::sender
