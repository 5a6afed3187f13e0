#include "sender/options.hpp"

#include <cstdlib>

#include "common/command_line.hpp"
#include "common/error.hpp"
#include "sender/repository.hpp"

namespace healthmetric::sender {
namespace {

constexpr const char* kDefaultApiUrl = "https://api.github.com";
constexpr unsigned kDefaultMaxWaitSeconds = 300;

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
  std::string folder;
  std::vector<std::string> files;
  std::optional<std::string> data;
  bool all_types = false;
  bool no_identity = false;
  std::string part_size;
  std::string compress = "none";
  std::string trigger = "dispatch";
  unsigned max_wait_seconds = kDefaultMaxWaitSeconds;
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
  folder->excludes(file)->excludes(data);
  file->excludes(data);
  app.add_option("--batch-name", options.batch_name,
                 "Name of the batch, and of its folder in _storage/ (default: the source's name)")
      ->type_name("NAME");
  app.add_flag(
      "--all-types", raw.all_types,
      "Send every file, not only .json .jpg .jpeg .png .gif .bmp .webp .svg .txt .csv .xml");
  app.add_flag("--no-identity", raw.no_identity,
               "Leave host, user and source path out of the batch");
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
  app.add_option(
         "--max-wait", raw.max_wait_seconds,
         "Give up after SECONDS without progress; the batch then waits in the outbox (default 300)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0U, 86'400U));
  app.add_option("--output", options.output,
                 "Write the payload to DIR/_storage/inbox/ instead of sending it")
      ->type_name("DIR");
}

void add_packing_options(CLI::App& app, Options& options, Raw& raw, LimitOptions& limits) {
  app.add_option("--part-size", raw.part_size,
                 "Split the batch into payloads of at most SIZE (default 20M)")
      ->type_name("SIZE");
  app.add_option("--compress", raw.compress, "Compress contents: none or zstd (default none)")
      ->type_name("HOW")
      ->check(CLI::IsMember({"none", "zstd"}));
  limits.add_to(app);
  app.add_option("--state-dir", options.state_dir,
                 "Where the outbox is (default: $XDG_STATE_HOME/healthmetric)")
      ->type_name("DIR");
}

DataSource chosen_source(const CLI::App& app, const Raw& raw) {
  if (app.count("--folder") > 0) return FolderSource{raw.folder};
  if (app.count("--file") > 0) return FilesSource{{raw.files.begin(), raw.files.end()}};
  if (raw.data) return JsonSource{*raw.data};
  throw Error(ErrorCode::usage,
              "nothing to send: use --folder, --file or --data (healthmetric-sender --help lists "
              "the options)");
}

std::uint64_t part_limit(const std::string& text) {
  if (text.empty()) return kDefaultPartBytes;
  const std::uint64_t bytes = parse_size(text, "--part-size");
  if (bytes < kMinPartBytes) {
    throw Error(ErrorCode::usage, "--part-size: parts of less than 64K are not made");
  }
  return bytes;
}

std::string without_slash_at_end(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

std::optional<Options> parse_options(int argc, const char* const* argv) {
  Options options;
  Raw raw;
  LimitOptions limits;
  CLI::App app(
      "Packs a folder, files or JSON into one batch and sends it to a GitHub repository, whose "
      "workflow stores it. What cannot be delivered waits in the outbox for the next run.");
  set_up_command_line(app, "healthmetric-sender");
  add_source_options(app, options, raw);
  add_target_options(app, options, raw);
  add_packing_options(app, options, raw, limits);
  app.add_flag("--json", options.json, "Print the result as one JSON object");
  add_log_options(app, raw.verbose, raw.quiet, options.log_file);
  read_environment(app);
  if (parse_command_line(app, argc, argv) == Parsed::help_shown) return {};

  options.source = chosen_source(app, raw);
  options.types = raw.all_types ? Types::all : Types::supported;
  options.identity = raw.no_identity ? Identity::leave_out : Identity::include;
  options.limits = limits.limits();
  options.part_limit_bytes = part_limit(raw.part_size);
  options.encoding = raw.compress == "zstd" ? Encoding::zstd : Encoding::plain;
  options.trigger = parse_trigger(raw.trigger).value_or(Trigger::dispatch);
  options.max_wait = std::chrono::seconds(raw.max_wait_seconds);
  if (options.api_url.empty()) options.api_url = environment("GITHUB_API_URL");
  if (options.api_url.empty()) options.api_url = kDefaultApiUrl;
  options.api_url = without_slash_at_end(options.api_url);
  if (options.state_dir.empty() && options.output.empty()) options.state_dir = default_state_dir();
  if (!options.branch.empty()) check_branch(options.branch);
  options.verbosity = verbosity(raw.verbose, raw.quiet);
  return options;
}

}  // namespace healthmetric::sender
