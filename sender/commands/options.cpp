#include "sender/commands/options.hpp"

#include <algorithm>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/environment.hpp"
#include "common/program/command_line.hpp"
#include "common/program/named_file.hpp"
#include "common/program/option_values.hpp"
#include "sender/commands/config_file.hpp"
#include "sender/commands/named_paths.hpp"
#include "sender/commands/network_options.hpp"
#include "sender/commands/option_definitions.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {
namespace {

constexpr const char* kDefaultWait = "10m";

/// $XDG_STATE_HOME/healthmetric, with the default the XDG Base Directory Specification gives.
std::filesystem::path default_state_dir() {
  const std::filesystem::path state_home = platform::environment_variable("XDG_STATE_HOME");
  if (state_home.is_absolute()) return state_home / "healthmetric";
  const std::filesystem::path home = platform::environment_variable("HOME");
  if (home.is_absolute()) return home / ".local" / "state" / "healthmetric";
  throw Error(ErrorCode::usage,
              "neither XDG_STATE_HOME nor HOME says where the outbox is: use --state-dir");
}

std::optional<OutboxCommand> chosen_command(const CLI::App& app, const RawOptions& raw) {
  const CLI::App* outbox = app.get_subcommand(kOutbox);
  if (!outbox->parsed()) return {};
  using Action = OutboxCommand::Action;
  for (const auto& [name, action] :
       {std::pair{"list", Action::list}, {"retry", Action::retry}, {"drop", Action::drop}}) {
    if (outbox->get_subcommand(name)->parsed()) return OutboxCommand{action, raw.batch_ids};
  }
  throw Error(ErrorCode::usage,
              "outbox requires a command: list, retry or drop (healthmetric-sender outbox --help)");
}

std::optional<DataSource> chosen_source(const CLI::App& app, const RawOptions& raw,
                                        const std::string& stdin_name) {
  if (app.count("--files-from") > 0) {
    return ListSource{raw.files_from, raw.nul_separated ? '\0' : '\n',
                      raw.folder.empty() ? "." : raw.folder};
  }
  if (raw.nul_separated) throw Error(ErrorCode::usage, "--null goes with --files-from");
  if (app.count("--folder") > 0) return FolderSource{raw.folder};
  if (app.count(program::kPaths) + app.count("--file") > 0)
    return source_of_paths(raw.paths, raw.files);
  if (!stdin_name.empty()) return InputSource{stdin_name};
  if (raw.data) return JsonSource{*raw.data};
  return {};
}

/// --include and --exclude as one list, in the order they were given.
select::PathPatterns ordered_patterns(const CLI::App& app, const RawOptions& raw) {
  std::vector<select::PathPattern> patterns;
  // Some versions of CLI11 keep the order of earlier readings: the last one is at the end.
  auto include = raw.includes.rbegin();
  auto exclude = raw.excludes.rbegin();
  std::vector<CLI::Option*> latest_first = app.parse_order();
  std::reverse(latest_first.begin(), latest_first.end());
  for (const CLI::Option* option : latest_first) {
    const std::string& name = option->get_single_name();
    if (name == kInclude && include != raw.includes.rend()) {
      patterns.push_back({select::Verdict::include, *include++});
    }
    if (name == kExclude && exclude != raw.excludes.rend()) {
      patterns.push_back({select::Verdict::exclude, *exclude++});
    }
  }
  std::reverse(patterns.begin(), patterns.end());
  return select::PathPatterns(patterns);
}

/// The file named, which must be there, or the default one if it is.
ConfigSettings settings_of_file(const CLI::App& app, const RawOptions& raw) {
  if (!raw.config.empty()) return config_settings(app, raw.config, raw.profile);
  const std::filesystem::path file = default_config_file();
  std::error_code error;
  const bool is_there =
      !file.empty() && std::filesystem::exists(std::filesystem::symlink_status(file, error));
  if (is_there) return config_settings(app, file, raw.profile);
  if (raw.profile.empty()) return {};
  throw Error(
      ErrorCode::usage,
      file.empty()
          ? "--profile: neither XDG_CONFIG_HOME nor HOME says where the configuration file is: "
            "name one with --config"
          : "--profile: there is no configuration file " + in_quotes(file.string()) +
                "; name one with --config");
}

program::MergeRules merge_rules() {
  program::MergeRules rules;
  rules.joined = {kInclude, kExclude};
  // A source takes the place of a less specific one, with all that belongs to that.
  rules.displaced_by.emplace("files-from", "folder");
  rules.displaced_by.emplace("file", program::kPaths);
  for (const char* source :
       {"folder", "file", "data", "files-from", "stdin-name", program::kPaths}) {
    rules.displaced_by.emplace("null", source);
  }
  return rules;
}

/// Whether the first pattern that a place has is an --include.
bool begins_with_include(const program::Settings& place) {
  const auto first = std::find_if(place.begin(), place.end(), [](const program::Setting& setting) {
    return setting.option == kInclude || setting.option == kExclude;
  });
  return first != place.end() && first->option == kInclude;
}

bool begins_with_include(const CLI::App& app) {
  for (const CLI::Option* option : app.parse_order()) {
    const std::string& name = option->get_single_name();
    if (name == kInclude || name == kExclude) return name == kInclude;
  }
  return false;
}

std::optional<std::chrono::seconds> chosen_wait(const CLI::App& app, const RawOptions& raw) {
  if (app.count("--wait") == 0 || raw.wait == "false") return {};
  return program::parse_duration(is_switch(raw.wait) ? kDefaultWait : raw.wait);
}

model::Proxy chosen_proxy(const RawOptions& raw) {
  model::Proxy proxy = http::parse_proxy(raw.proxy, "--proxy");
  if (!proxy.password.empty()) log::hide(proxy.password);
  return proxy;
}

/// Where a proxy's password can be read by whoever uses the machine; "" when it has none or nobody
/// can.
std::string notice_of_password(const RawOptions& raw, bool is_on_command_line) {
  if (raw.proxy.find('@') == std::string::npos) return {};
  if (is_on_command_line) {
    return "--proxy: its password stands in the list of processes, where others can read it; keep "
           "it in sender.toml, or in HTTPS_PROXY";
  }
  if (!platform::environment_variable("HEALTHMETRIC_PROXY").empty()) return {};
  return program::open_to_others(
      raw.config.empty() ? default_config_file() : std::filesystem::path(raw.config),
      "the proxy's password");
}

/// What a run without the network would not read is not looked at.
void check_network(const Options& options) {
  using Action = OutboxCommand::Action;
  const auto& command = options.outbox_command;
  const bool stays_here =
      options.dry_run || !options.output.empty() || (command && command->action != Action::retry);
  if (!options.network.ca_bundle.empty()) check_ca_bundle(options.network.ca_bundle);
  if (!options.network.proxy && !stays_here) check_proxies_of_environment();
}

/// One such file would have the receiver reject the batch, with all that is good in it.
void check_file_limit(const Options& options) {
  const bool stays_here = !options.output.empty() || options.outbox_command;
  if (stays_here || options.limits.max_file_bytes <= payload::Limits{}.max_file_bytes) return;
  if (!http::api_root(options.api_url).is_github()) return;
  throw Error(ErrorCode::usage,
              "--max-file-size: GitHub takes no file over 100 MiB, nor does a receiver by default: "
              "choose 100M or less");
}

std::string without_slash_at_end(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

select::ScanRules rules_of(const CLI::App& app, const RawOptions& raw) {
  select::ScanRules rules;
  rules.types = raw.all_types ? select::Types::all : select::Types::supported;
  rules.hidden = raw.hidden ? select::Hidden::send : select::Hidden::skip;
  rules.subfolders = raw.no_recursive ? select::Subfolders::skip : select::Subfolders::send;
  rules.patterns = ordered_patterns(app, raw);
  return rules;
}

}  // namespace

struct CommandLine::Definition {
  CLI::App app{
      "Packs a folder, files or JSON into one batch and sends it to a GitHub repository, whose "
      "workflow stores it. What cannot be delivered waits in the outbox for the next run."};
  Options options;
  RawOptions raw;
  program::LimitOptions limits;
  // Of the command line alone, before settings from elsewhere join in.
  std::string repository_of_command;
  bool has_proxy_on_command_line = false;

  Definition() { define_options(app, options, raw, limits); }

  void read_settings(int argc, const char* const* argv) {
    repository_of_command = options.repository;
    has_proxy_on_command_line = app.count("--proxy") > 0;
    bool only_included = begins_with_include(app);
    const program::MergeRules rules = merge_rules();
    std::vector<program::Settings> places = {program::environment_settings(app, rules)};
    program::apply_settings(app, argc, argv, places, rules);  // says which file
    ConfigSettings of_file = settings_of_file(app, raw);
    places.push_back(std::move(of_file.of_profile));
    places.push_back(std::move(of_file.general));
    for (const program::Settings& place : places)
      only_included = only_included || begins_with_include(place);
    // Who begins with --include means nothing else, whatever less specific places put in front.
    if (only_included) places.push_back({{kExclude, {"*"}, "--include"}});
    program::parse_command_line(app, argc, argv);
    program::apply_settings(app, argc, argv, places, rules);
  }

  Options finish() {
    options.source = chosen_source(app, raw, options.stdin_name);
    options.rules = rules_of(app, raw);
    options.identity = raw.no_identity ? Identity::omit : Identity::include;
    options.limits = limits.limits();
    if (!raw.part_size.empty()) options.part_limit_bytes = program::parse_size(raw.part_size);
    if (const auto* const filter = codec::find_filter(raw.compress)) {
      options.encoding = payload::Encoding({filter});
    }
    options.trigger = model::parse_trigger(raw.trigger).value_or(model::Trigger::dispatch);
    options.max_wait = program::parse_duration(raw.max_wait);
    options.lock_wait = program::parse_duration(raw.lock_wait);
    options.wait = chosen_wait(app, raw);
    options.network.timeout = program::parse_duration(raw.timeout);
    if (!raw.proxy.empty()) options.network.proxy = chosen_proxy(raw);
    if (!raw.outbox_limit.empty()) {
      options.outbox_limit_bytes = program::parse_size(raw.outbox_limit);
    }
    options.changes = raw.changed_only ? Changes::send_changed : Changes::send_all;
    options.outbox_command = chosen_command(app, raw);
    if (options.outbox_command) options.outbox_command->repository = repository_of_command;
    options.notices = program::unknown_variables(app, program::Told::all, kReceiverOptions);
    if (std::string notice = notice_of_password(raw, has_proxy_on_command_line); !notice.empty()) {
      options.notices.push_back(std::move(notice));
    }
    if (options.outbox_command && options.dry_run) {
      throw Error(ErrorCode::usage, "outbox does not take --dry-run, wherever it is set");
    }
    if (options.api_url.empty()) options.api_url = platform::environment_variable("GITHUB_API_URL");
    if (options.api_url.empty()) options.api_url = kDefaultApiUrl;
    options.api_url = without_slash_at_end(options.api_url);
    const bool looks_at_state = !options.dry_run || options.changes == Changes::send_changed;
    if (options.state_dir.empty() && options.output.empty() && looks_at_state)
      options.state_dir = default_state_dir();
    check_file_limit(options);
    check_network(options);
    options.verbosity = program::verbosity(raw.verbose, raw.quiet);
    return options;
  }
};

CommandLine::CommandLine() : definition_(std::make_unique<Definition>()) {}
CommandLine::~CommandLine() = default;

const CLI::App& CommandLine::app() const {
  return definition_->app;
}

std::optional<Options> CommandLine::parse(int argc, const char* const* argv) {
  const CLI::App& app = definition_->app;
  if (program::parse_command_line(definition_->app, argc, argv) == program::Parsed::help_shown)
    return {};
  if (app.got_subcommand(kOutbox)) {
    std::vector<std::string_view> takes(kOutboxOptions.begin(), kOutboxOptions.end());
    takes.insert(takes.end(), kTargetOptions.begin(), kTargetOptions.end());
    program::refuse_other_options(app, kOutbox, takes);
  }
  definition_->read_settings(argc, argv);
  return definition_->finish();
}

}  // namespace healthmetric::sender
