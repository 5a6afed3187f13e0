#include "sender/commands/setup.hpp"

#include <algorithm>

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file.hpp"
#include "common/platform/process.hpp"
#include "common/program/log.hpp"
#include "common/text/redact.hpp"
#include "sender/commands/config_file.hpp"
#include "sender/commands/doctor_command.hpp"
#include "sender/commands/doctor_subject.hpp"
#include "sender/commands/every_night.hpp"
#include "sender/commands/roundtrip.hpp"
#include "sender/commands/setup_files.hpp"
#include "sender/commands/setup_known.hpp"
#include "sender/forge/credentials.hpp"
#include "sender/forge/forge_type.hpp"
#include "sender/forge/repository.hpp"
#include "sender/http/curl_http.hpp"

namespace healthmetric::sender {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kRoundtripTime{10};
constexpr std::size_t kMaxProfileBytes = 64;

/// A bare key of TOML.
bool is_profile_name(const std::string& name) {
  return !name.empty() && name.size() <= kMaxProfileBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_';
         });
}

/// The nearest name that is one.
std::string as_profile_name(std::string text) {
  for (char& c : text) {
    if (!is_profile_name(std::string(1, c))) c = '-';
  }
  return text.substr(0, kMaxProfileBytes);
}

class Setup {
 public:
  Setup(SetupRequest request, Asker& asker, platform::Clock& clock)
      : request_(std::move(request)),
        asker_(asker),
        clock_(clock),
        api_(http::api_root(request_.options.api_url, request_.options.api_url_place)),
        type_(forge::type_of(api_)) {}

  program::ExitStatus run() {
    std::error_code error;
    has_config_ = fs::exists(request_.config, error);
    asker_.say(
        "This sets up the sender: a repository, a token, and a configuration file. Nothing is "
        "written before you agree; Ctrl-C ends it.\n\n");
    ask_repository();
    if (!is_known_and_corrected()) ask_profile();
    ask_token();
    if (!agree()) {
      platform::print("nothing was written\n");
      return program::ExitStatus::success;
    }
    if (known_) {
      write_token(files_);
    } else {
      write_setup(files_);
    }
    is_written_ = true;
    if (is_other_profile_) return send_to_doctor();
    asker_.say("\nWritten. Is everything in place?\n\n");
    const program::ExitStatus status = check();
    say_what_next(status);
    return status;
  }

  /// The file that was written last; empty: none was.
  [[nodiscard]] fs::path written() const {
    if (!is_written_) return {};
    return known_ ? files_.token : files_.config;
  }

 private:
  [[nodiscard]] const std::string& repository() const { return request_.options.repository; }

  void ask_repository() {
    std::string text = repository();
    for (;;) {
      if (text.empty()) {
        text =
            ask_for(asker_, "Repository (owner/name, or its address)", "", Asker::Kind::repository);
      }
      try {
        request_.options.repository = forge::parse_named_repository(text, "Repository", api_).str();
        return;
      } catch (const Error& error) {
        if (error.code() != ErrorCode::usage) throw;
        asker_.say(printable(error.what()) + "\n");
        text.clear();
      }
    }
  }

  /// Whether the file sends there already, and a new token is all that is wanted.
  bool is_known_and_corrected() {
    if (!has_config_) return false;
    const auto& kept = request_.settings;
    const bool has_api = std::any_of(kept.begin(), kept.end(),
                                     [](const auto& each) { return each.first == "api-url"; });
    const auto found =
        find_known(config_settings(request_.options_of_file, request_.config, ""),
                   {repository(), request_.options.api_url, !has_api, request_.profile}, api_);
    if (!found) return false;
    const std::string with =
        found->profile.empty() ? "" : ", with --profile " + printable(found->profile);
    if (!ask_yes_or_no(
            asker_,
            fmt::format("{} sends to {} already{}. Enter a new token for it?",
                        in_quotes(request_.config.string()), printable(repository()), with),
            "yes")) {
      return false;
    }
    known_ = *found;
    is_other_profile_ = request_.profile != found->profile;
    request_.profile = found->profile;
    return true;
  }

  /// The options of that profile are not those of this run.
  program::ExitStatus send_to_doctor() {
    platform::print(
        fmt::format("\nWritten. This checks whether everything is in place:\n\n  {} doctor{}\n",
                    program(), words()));
    return program::ExitStatus::success;
  }

  /// Only if there is a file: the first repository needs no profile.
  void ask_profile() {
    if (!has_config_ && request_.profile.empty()) return;
    const ConfigSettings known =
        has_config_ ? config_settings(request_.options_of_file, request_.config, "")
                    : ConfigSettings();
    if (has_config_) {
      asker_.say(in_quotes(request_.config.string()) +
                 " exists already: a profile is added to it, for use with --profile NAME.\n");
    }
    const std::string fallback = as_profile_name(repository().substr(repository().find('/') + 1));
    for (std::string name = request_.profile;; name.clear()) {
      if (name.empty()) name = ask_for(asker_, "Name of the profile", fallback, Asker::Kind::name);
      if (!is_profile_name(name)) {
        asker_.say("Please use letters, digits, '-' and '_'.\n");
        continue;
      }
      const bool is_known = std::any_of(known.profiles.begin(), known.profiles.end(),
                                        [&](const auto& profile) { return profile.first == name; });
      if (is_known &&
          !ask_yes_or_no(asker_, "There is a profile " + name + ". Replace it?", "no")) {
        continue;
      }
      request_.profile = name;
      return;
    }
  }

  void ask_token() {
    asker_.say(fmt::format(
        "\nThe sender needs a token. Make one at\n  {}\nfor the repository {} alone, with the "
        "permission\n  {}\nand no other, and paste it here.\n",
        type_.token_page(api_), printable(repository()), type_.token_permission()));
    for (;;) {
      const auto token = asker_.ask_unseen("Token (it is not shown): ");
      if (!token) throw Error(ErrorCode::interrupted, "the input ended");
      files_.token_text = std::string(trim(*token));
      const std::string fault = forge::fault_of_token(files_.token_text);
      if (fault.empty()) break;
      asker_.say("The token " + printable(fault) + ".\n");
    }
    log::hide(files_.token_text);
    files_.token_text += "\n";
  }

  [[nodiscard]] fs::path token_file() const {
    const std::string name = request_.profile.empty() ? "token" : "token-" + request_.profile;
    return fs::absolute(request_.config).parent_path() / name;
  }

  bool agree_to_token() {
    files_.token = known_->token_file;
    files_.config = request_.config;
    asker_.say(
        fmt::format("\nThe token goes to {}, readable by you alone, in place of the one there. "
                    "Nothing else is changed.\n",
                    in_quotes(files_.token.string())));
    return ask_yes_or_no(asker_, "Write it?", "yes");
  }

  bool agree() {
    if (known_) return agree_to_token();
    files_.token = token_file();
    files_.config = request_.config;
    ProfileSettings settings = {{"repo", repository()}, {"token-file", files_.token.string()}};
    settings.insert(settings.end(), request_.settings.begin(), request_.settings.end());
    const std::string section = to_toml(request_.profile, settings);
    files_.config_text = has_config_ ? with_profile(request_.config, request_.options_of_file,
                                                    request_.profile, settings)
                                     : section;
    for (auto& [key, value] : settings) {
      if (key == "proxy") value = text::redact_user_info(value);
    }
    const std::string shown = to_toml(request_.profile, settings);
    const bool has_token = fs::exists(fs::symlink_status(files_.token));
    asker_.say(fmt::format("\nThe token goes to {}, readable by you alone{}.\n{} {}:\n\n{}\n",
                           in_quotes(files_.token.string()),
                           has_token ? "; it replaces the one there" : "",
                           has_config_ ? "This goes into" : "This will be the file",
                           in_quotes(files_.config.string()), printable_lines(shown)));
    return ask_yes_or_no(asker_, "Write both?", "yes");
  }

  static std::string printable_lines(const std::string& text) {
    std::string shown;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      shown += "  " + printable(text.substr(begin, end - begin)) + "\n";
      begin = end + 1;
    }
    return shown;
  }

  program::ExitStatus check() {
    Options& options = request_.options;
    options.token_file = files_.token;
    check::Subject subject = subject_of(options);
    subject.configuration.file = files_.config;
    subject.configuration.profile = request_.profile;
    const program::ExitStatus status = examine(subject, options, {}, clock_);
    if (status != program::ExitStatus::success) return status;
    asker_.say("\n");
    const bool wants =
        ask_yes_or_no(asker_, "Send a batch without files, and wait until it is stored?", "yes");
    return wants ? roundtrip() : status;
  }

  program::ExitStatus roundtrip() {
    http::CurlTransport transport(request_.options.network);
    DoctorReport report(request_.options);
    report.add(check::finding_of("roundtrip", [&] {
      return make_roundtrip(request_.options, transport, clock_, kRoundtripTime);
    }));
    return report.status();
  }

  /// The options that use what was written.
  [[nodiscard]] std::string words() const {
    std::string words;
    if (!request_.config_is_default) words += " --config " + as_word(fs::absolute(request_.config));
    if (!request_.profile.empty()) words += " --profile " + request_.profile;
    return words;
  }

  [[nodiscard]] static std::string program() { return program_word(platform::own_program()); }

  void say_what_next(program::ExitStatus status) {
    if (status != program::ExitStatus::success) {
      asker_.say(fmt::format(
          "\nNot everything is in place yet. Do what the lines with FAIL say, then check again:\n\n"
          "  {0} doctor{1}\n\nThe token is in {2}; this replaces it:\n\n  {0} setup{1}\n",
          program(), words(), in_quotes(files_.token.string())));
      return;
    }
    const std::string command = program() + words() + " --folder FOLDER";
    platform::print(
        fmt::format("\nThis sends a folder:\n\n  {}\n\nThis sends what is new or changed in it, {}",
                    command, every_night(command + " --changed-only --quiet")));
  }

  SetupRequest request_;
  Asker& asker_;
  platform::Clock& clock_;
  http::Url api_;
  const forge::ForgeType& type_;
  bool has_config_ = false;
  bool is_written_ = false;
  std::optional<KnownTarget> known_;  ///< whose token is replaced; nothing else is written then
  bool is_other_profile_ = false;     ///< than that whose options this run has
  SetupFiles files_;
};

}  // namespace

program::ExitStatus set_up(SetupRequest request, Asker& asker, platform::Clock& clock) {
  Setup setup(std::move(request), asker, clock);
  try {
    return setup.run();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::interrupted && error.code() != ErrorCode::terminated) throw;
    const fs::path written = setup.written();
    throw Error(error.code(),
                std::string(error.what()) +
                    (written.empty() ? "; nothing was written"
                                     : "; " + in_quotes(written.string()) + " is written"));
  }
}

}  // namespace healthmetric::sender
