#include "sender/options.hpp"

#include <algorithm>
#include <cstdlib>

#include "common/command_line.hpp"
#include "common/error.hpp"
#include "common/printable.hpp"
#include "sender/config_file.hpp"
#include "sender/repository.hpp"

namespace healthmetric::sender {
namespace {

constexpr const char* kDefaultApiUrl = "https://api.github.com";
constexpr const char* kDefaultMaxWait = "5m";
constexpr const char* kDefaultWait = "10m";
constexpr const char* kDefaultTimeout = "60s";
constexpr const char* kInclude = "include";
constexpr const char* kExclude = "exclude";
constexpr const char* kOutbox = "outbox";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// $XDG_STATE_HOME/healthmetric, with the default the XDG Base Directory Specification gives.
std::filesystem::path default_state_dir() {
  const std::filesystem::path state_home = environment("XDG_STATE_HOME");
  if (state_home.is_absolute()) return state_home / "healthmetric";
  const std::filesystem::path home = environment("HOME");
  if (home.is_absolute()) return home / ".local" / "state" / "healthmetric";
  throw Error(ErrorCode::usage,
              "neither XDG_STATE_HOME nor HOME says where the outbox is: use --state-dir");
}

/// What the options object cannot hold as CLI11 fills it.
struct Raw {
  std::string config;
  std::string profile;
  std::string folder;
  std::string files_from;
  std::vector<std::string> includes;
  std::vector<std::string> excludes;
  std::vector<std::string> files;
  std::optional<std::string> data;
  std::string part_size;
  std::string compress = "none";
  std::string trigger = "dispatch";
  std::string max_wait = kDefaultMaxWait;
  std::string lock_wait = "0";
  std::string wait;
  std::string timeout = kDefaultTimeout;
  std::string proxy;
  std::string outbox_limit;
  std::vector<std::string> batch_ids;
  bool nul_separated = false;
  bool hidden = false;
  bool no_recursive = false;
  bool all_types = false;
  bool no_identity = false;
  bool changed_only = false;
  bool verbose = false;
  bool quiet = false;
};

void add_source_options(CLI::App& app, Options& options, Raw& raw) {
  auto* folder =
      app.add_option("--folder", raw.folder, "Send all files below DIR")->type_name("DIR");
  auto* file = app.add_option("--file", raw.files, "Send FILE, whatever its type; may be repeated")
                   ->type_name("FILE")
                   ->allow_extra_args(false);
  auto* data = app.add_option("--data", raw.data,
                              "Send JSON text as data.json; - reads it from standard input")
                   ->type_name("JSON");
  auto* list = app.add_option("--files-from", raw.files_from,
                              "Send the files that FILE names, one a line, each below --folder "
                              "(default: the current directory); - reads standard input")
                   ->type_name("FILE");
  folder->excludes(file)->excludes(data);
  file->excludes(data)->excludes(list);
  list->excludes(data);
  app.add_flag("--null", raw.nul_separated,
               "Names in --files-from end with a NUL character instead of a line's end");
  app.add_option("--batch-name", options.batch_name,
                 "Name of the batch, and of its folder in _storage/ (default: the source's name)")
      ->type_name("NAME");
  app.add_flag("--no-identity", raw.no_identity,
               "Leave host, user and source path out of the batch");
}

void add_selection_options(CLI::App& app, Raw& raw) {
  app.add_option("--include", raw.includes,
                 "Send what matches GLOB, whatever its type; may be repeated. --include and "
                 "--exclude are one list in the order given: the last match wins, and where the "
                 "list begins with --include, what nothing matches is left out")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  app.add_option("--exclude", raw.excludes,
                 "Leave out what matches GLOB: a name at any depth ('*.tmp.json', 'raw'), or with "
                 "a slash a path below the folder ('2023/**'); may be repeated")
      ->type_name("GLOB")
      ->allow_extra_args(false);
  app.add_flag("--hidden", raw.hidden,
               "Send hidden files and folders too (.git never; .healthmetricignore never)");
  app.add_flag("--no-recursive", raw.no_recursive, "Leave the folder's sub-folders out");
  app.add_flag(
      "--all-types", raw.all_types,
      "Send every file, not only .json .jpg .jpeg .png .gif .bmp .webp .svg .txt .csv .xml");
}

void add_target_options(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--repo", options.repository,
                 "Repository, owner/name (default: GITHUB_REPOSITORY, or the origin remote here)")
      ->type_name("REPO");
  app.add_option("--branch", options.branch, "Branch (default: the repository's default branch)")
      ->type_name("NAME");
  app.add_option(
         "--api-url", options.api_url,
         "Root of the API (default: GITHUB_API_URL, or " + std::string(kDefaultApiUrl) + ")")
      ->type_name("URL");
  app.add_option("--token-file", options.token_file,
                 "Read the token from FILE (default: GH_TOKEN or GITHUB_TOKEN)")
      ->type_name("FILE");
  app.add_option("--trigger", raw.trigger,
                 "What starts the receiver: dispatch, push, workflow or none (default dispatch)")
      ->type_name("HOW")
      ->check(CLI::IsMember({"dispatch", "push", "workflow", "none"}));
  app.add_option("--output", options.output,
                 "Write the payload to DIR/_storage/inbox/ instead of sending it")
      ->type_name("DIR");
}

/// --wait is a switch that may have a time: in a file or the environment it can be just on or off.
bool is_switch(const std::string& text) {
  return text.empty() || text == "true" || text == "false";
}

CLI::Validator wait_check() {
  return {[](std::string& text) { return is_switch(text) ? "" : duration_check()(text); }, ""};
}

void add_delivery_options(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--wait", raw.wait,
                 "Wait for the receiver's verdict, at most TIME (10m when none is given): the exit "
                 "status is then 8 when it rejected the batch, 11 when time ran out")
      ->type_name("TIME")
      ->check(wait_check())
      ->expected(0, 1)
      ->excludes(app.get_option("--output"));
  app.add_option("--max-wait", raw.max_wait,
                 "Give up after TIME without progress; the batch then waits in the outbox "
                 "(default 5m)")
      ->type_name("TIME")
      ->check(duration_check());
  app.add_option("--lock-wait", raw.lock_wait,
                 "Wait up to TIME for another sender to finish delivering (default 0)")
      ->type_name("TIME")
      ->check(duration_check());
  app.add_option(
         "--timeout", raw.timeout,
         "Give up a connection on which nothing moves for TIME, and try again (default 60s)")
      ->type_name("TIME")
      ->check(duration_check());
  app.add_option("--proxy", raw.proxy,
                 "Connect through URL (default: HTTPS_PROXY and NO_PROXY, as curl reads them)")
      ->type_name("URL");
  app.add_option("--ca-bundle", options.network.ca_bundle,
                 "Trust the certificate authorities in FILE (PEM) instead of the system's")
      ->type_name("FILE")
      ->check(CLI::ExistingFile);
  app.add_flag("--changed-only", raw.changed_only,
               "Leave out files that were sent to that repository and branch before and are "
               "unchanged since")
      ->excludes(app.get_option("--output"))
      ->excludes(app.get_option("--data"));
}

void add_packing_options(CLI::App& app, Options& options, Raw& raw, LimitOptions& limits) {
  app.add_option("--part-size", raw.part_size,
                 "Split the batch into payloads of at most SIZE (default 20M)")
      ->type_name("SIZE")
      ->check(size_check());
  app.add_option("--compress", raw.compress, "Compress contents: none or zstd (default none)")
      ->type_name("HOW")
      ->check(CLI::IsMember({"none", "zstd"}));
  limits.add_to(app);
  app.add_option("--state-dir", options.state_dir,
                 "Where the outbox is (default: $XDG_STATE_HOME/healthmetric)")
      ->type_name("DIR");
  app.add_option("--outbox-limit", raw.outbox_limit,
                 "Queue nothing that would make the outbox larger than SIZE (default 2G)")
      ->type_name("SIZE")
      ->check(size_check());
}

void add_configuration_options(CLI::App& app, Raw& raw) {
  app.add_option("--config", raw.config,
                 "Read options from FILE (default: $XDG_CONFIG_HOME/healthmetric/sender.toml)")
      ->type_name("FILE");
  app.add_option("--profile", raw.profile, "Use the section [profile.NAME] of that file, too")
      ->type_name("NAME");
}

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->fallthrough();  // the options of the program stand behind a command, too
  command->set_help_flag("-h,--help", "Print this help and stop");
  return command;
}

void add_outbox_commands(CLI::App& app, Raw& raw) {
  CLI::App* outbox = add_command(app, kOutbox, "Look after the batches that wait in the outbox");
  outbox->require_subcommand(0, 1);  // who names none, or another, is told which there are
  outbox->footer(
      "They take --state-dir, --config, --profile, --json, --verbose, --quiet and --log-file; "
      "retry "
      "also\n--token-file, --max-wait, --lock-wait, --timeout, --proxy, --ca-bundle and "
      "--no-progress.");
  add_command(*outbox, "list", "List them: what waits, since when, for where, and why");
  add_command(*outbox, "retry",
              "Deliver them now, those that were refused too, or only the batches named")
      ->add_option("ID", raw.batch_ids, "A batch's id")
      ->type_name("");
  add_command(*outbox, "drop", "Remove a batch that was not delivered: its files count as unsent")
      ->add_option("ID", raw.batch_ids, "A batch's id")
      ->type_name("")
      ->required();
}

std::optional<OutboxCommand> chosen_command(const CLI::App& app, const Raw& raw) {
  const CLI::App* outbox = app.get_subcommand(kOutbox);
  if (!outbox->parsed()) return {};
  using Action = OutboxCommand::Action;
  for (const auto& [name, action] :
       {std::pair{"list", Action::list}, {"retry", Action::retry}, {"drop", Action::drop}}) {
    if (outbox->get_subcommand(name)->parsed()) return OutboxCommand{action, raw.batch_ids};
  }
  throw Error(ErrorCode::usage,
              "outbox: say list, retry or drop (healthmetric-sender outbox --help tells of them)");
}

std::optional<DataSource> chosen_source(const CLI::App& app, const Raw& raw) {
  if (app.count("--files-from") > 0) {
    return ListSource{raw.files_from, raw.nul_separated ? '\0' : '\n',
                      raw.folder.empty() ? "." : raw.folder};
  }
  if (raw.nul_separated) throw Error(ErrorCode::usage, "--null goes with --files-from");
  if (app.count("--folder") > 0) return FolderSource{raw.folder};
  if (app.count("--file") > 0) return FilesSource{{raw.files.begin(), raw.files.end()}};
  if (raw.data) return JsonSource{*raw.data};
  return {};
}

/// --include and --exclude as one list, in the order they were given.
PathPatterns ordered_patterns(const CLI::App& app, const Raw& raw) {
  std::vector<PathPattern> patterns;
  // Some versions of CLI11 keep the order of earlier readings: the last one is at the end.
  auto include = raw.includes.rbegin();
  auto exclude = raw.excludes.rbegin();
  std::vector<CLI::Option*> latest_first = app.parse_order();
  std::reverse(latest_first.begin(), latest_first.end());
  for (const CLI::Option* option : latest_first) {
    const std::string& name = option->get_single_name();
    if (name == kInclude && include != raw.includes.rend()) {
      patterns.push_back({Verdict::include, *include++});
    }
    if (name == kExclude && exclude != raw.excludes.rend()) {
      patterns.push_back({Verdict::exclude, *exclude++});
    }
  }
  std::reverse(patterns.begin(), patterns.end());
  return PathPatterns(patterns);
}

/// The file named, which must be there, or the default one if it is.
ConfigSettings settings_of_file(const CLI::App& app, const Raw& raw) {
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

MergeRules merge_rules() {
  MergeRules rules;
  rules.joined = {kInclude, kExclude};
  // A source takes the place of a less specific one, with all that belongs to that.
  rules.displaced_by.emplace("files-from", "folder");
  for (const char* source : {"folder", "file", "data", "files-from"}) {
    rules.displaced_by.emplace("null", source);
  }
  return rules;
}

/// Whether the first pattern that a place has is an --include.
bool begins_with_include(const Settings& place) {
  const auto first = std::find_if(place.begin(), place.end(), [](const Setting& setting) {
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

std::uint64_t part_limit(const std::string& text) {
  if (text.empty()) return kDefaultPartBytes;
  const std::uint64_t bytes = parse_size(text);
  if (bytes < kMinPartBytes) {
    throw Error(ErrorCode::usage, "--part-size: parts of less than 64K are not made");
  }
  return bytes;
}

std::optional<std::chrono::seconds> chosen_wait(const CLI::App& app, const Raw& raw) {
  if (app.count("--wait") == 0 || raw.wait == "false") return {};
  return parse_duration(is_switch(raw.wait) ? kDefaultWait : raw.wait);
}

std::chrono::seconds chosen_timeout(const Raw& raw) {
  const auto timeout = parse_duration(raw.timeout);
  if (timeout.count() == 0) throw Error(ErrorCode::usage, "--timeout: it must be a second or more");
  return timeout;
}

Proxy chosen_proxy(const Raw& raw) {
  Proxy proxy = Proxy::parse(raw.proxy, "--proxy");
  if (!proxy.password.empty()) log::hide(proxy.password);
  return proxy;
}

std::string without_slash_at_end(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

ScanRules rules_of(const CLI::App& app, const Raw& raw) {
  ScanRules rules;
  rules.types = raw.all_types ? Types::all : Types::supported;
  rules.hidden = raw.hidden ? Hidden::send : Hidden::leave_out;
  rules.subfolders = raw.no_recursive ? Subfolders::leave_out : Subfolders::send;
  rules.patterns = ordered_patterns(app, raw);
  return rules;
}

constexpr const char* kPrecedence =
    "Every option can also be set as HEALTHMETRIC_<OPTION> (--batch-name: "
    "HEALTHMETRIC_BATCH_NAME)\n"
    "and in sender.toml; the command line wins, then the environment, then the file. Patterns are\n"
    "one list from everywhere, the file's first; a place that begins with --include means only "
    "that.\n"
    "With no source, on a terminal, the sender asks.";

}  // namespace

struct CommandLine::Definition {
  CLI::App app{
      "Packs a folder, files or JSON into one batch and sends it to a GitHub repository, whose "
      "workflow stores it. What cannot be delivered waits in the outbox for the next run."};
  Options options;
  Raw raw;
  LimitOptions limits;

  Definition() {
    set_up_command_line(app, "healthmetric-sender");
    add_source_options(app, options, raw);
    add_selection_options(app, raw);
    add_target_options(app, options, raw);
    add_delivery_options(app, options, raw);
    add_packing_options(app, options, raw, limits);
    add_configuration_options(app, raw);
    app.add_flag("--dry-run", options.dry_run,
                 "Show what would be sent; needs no token and no network");
    app.add_flag("--no-progress", options.no_progress, "Show no progress on stderr");
    app.add_flag("--json", options.json, "Print the result as one JSON object");
    add_log_options(app, raw.verbose, raw.quiet, options.log_file);
    add_outbox_commands(app, raw);
    app.footer(kPrecedence);
  }

  void read_settings(int argc, const char* const* argv) {
    bool only_included = begins_with_include(app);
    const MergeRules rules = merge_rules();
    std::vector<Settings> places = {environment_settings(app, rules)};
    apply_settings(app, argc, argv, places, rules);  // says which file
    ConfigSettings of_file = settings_of_file(app, raw);
    places.push_back(std::move(of_file.of_profile));
    places.push_back(std::move(of_file.general));
    for (const Settings& place : places)
      only_included = only_included || begins_with_include(place);
    // Who begins with --include means nothing else, whatever less specific places put in front.
    if (only_included) places.push_back({{kExclude, {"*"}, "--include"}});
    app.parse(argc, argv);
    apply_settings(app, argc, argv, places, rules);
  }

  Options finish() {
    options.source = chosen_source(app, raw);
    options.rules = rules_of(app, raw);
    options.identity = raw.no_identity ? Identity::leave_out : Identity::include;
    options.limits = limits.limits();
    options.part_limit_bytes = part_limit(raw.part_size);
    options.encoding = raw.compress == "zstd" ? Encoding::zstd : Encoding::plain;
    options.trigger = parse_trigger(raw.trigger).value_or(Trigger::dispatch);
    options.max_wait = parse_duration(raw.max_wait);
    options.lock_wait = parse_duration(raw.lock_wait);
    options.wait = chosen_wait(app, raw);
    options.network.timeout = chosen_timeout(raw);
    if (!raw.proxy.empty()) options.network.proxy = chosen_proxy(raw);
    if (!raw.outbox_limit.empty()) {
      options.outbox_limit_bytes = parse_size(raw.outbox_limit);
    }
    options.changes = raw.changed_only ? Changes::send_changed : Changes::send_all;
    options.outbox_command = chosen_command(app, raw);
    if (options.outbox_command && options.dry_run) {
      throw Error(ErrorCode::usage, "outbox does not take --dry-run, wherever it is set");
    }
    if (options.api_url.empty()) options.api_url = environment("GITHUB_API_URL");
    if (options.api_url.empty()) options.api_url = kDefaultApiUrl;
    options.api_url = without_slash_at_end(options.api_url);
    const bool looks_at_state = !options.dry_run || options.changes == Changes::send_changed;
    if (options.state_dir.empty() && options.output.empty() && looks_at_state)
      options.state_dir = default_state_dir();
    if (!options.branch.empty()) check_branch(options.branch);
    options.verbosity = verbosity(raw.verbose, raw.quiet);
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
  if (parse_command_line(definition_->app, argc, argv) == Parsed::help_shown) return {};
  if (app.got_subcommand(kOutbox)) {
    refuse_other_options(
        app, kOutbox,
        // A batch has its own target; who names it all the same does no harm.
        {"repo", "branch", "api-url", "trigger", "state-dir", "outbox-limit", "config", "profile",
         "token-file", "max-wait", "lock-wait", "timeout", "proxy", "ca-bundle", "no-progress",
         "json", "verbose", "quiet", "log-file"});
  }
  definition_->read_settings(argc, argv);
  return definition_->finish();
}

}  // namespace healthmetric::sender
