#include "sender/commands/questions.hpp"

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/printable.hpp"
#include "common/platform/user_dirs.hpp"
#include "sender/commands/named_source.hpp"
#include "sender/commands/packing_options.hpp"
#include "sender/forge/credentials.hpp"
#include "sender/forge/repository.hpp"
#include "sender/http/url.hpp"

namespace healthmetric::sender {
namespace {

/// The list of files is for a look, not for all of them.
constexpr std::size_t kMostFilesShown = 20;

class Dialogue {
 public:
  Dialogue(Options& options, Asker& asker, platform::Clock& clock,
           const MakeProgress& make_progress)
      : options_(options), asker_(asker), clock_(clock), make_progress_(make_progress) {}

  bool run() {
    const bool is_sent = options_.output.empty() && !options_.dry_run;
    const http::Url api = http::api_root(options_.api_url, options_.api_url_place);
    if (is_sent) forge::find_token(options_.token_file, api);
    ask_source();
    if (options_.batch_name.empty()) ask_batch_name();
    if (is_sent && options_.repository.empty()) ask_repository(api);
    if (options_.dry_run) return true;
    const Plan plan = show_plan();
    // With nothing to send, sending says why.
    if (plan.parts > 0 && !ask_yes_or_no(asker_, "Send it?", "yes")) return false;
    for (const auto& [answer, kind] : accepted_) asker_.remember(answer, kind);
    return true;
  }

 private:
  Plan show_plan() {
    auto progress = make_progress_();
    Plan plan = make_plan(options_, clock_, *progress);
    progress.reset();
    asker_.say(files_text(plan, kMostFilesShown) + to_text(plan));
    return plan;
  }

  std::string ask(const std::string& question, const std::string& fallback, Asker::Kind kind) {
    return ask_for(asker_, question, fallback, kind);
  }

  void ask_source() {
    for (;;) {
      const std::string answer = ask("Send a folder, a file or JSON", "folder", Asker::Kind::words);
      const std::string kind = ascii_lower(answer);
      const auto means = [&](std::string_view word) {
        return word.starts_with(kind) && kind != "f";
      };
      if (means("folder")) return ask_until_it_can_be_sent([this] { ask_folder(); });
      if (means("file")) return ask_until_it_can_be_sent([this] { ask_file(); });
      if (means("json")) return ask_until_it_can_be_sent([this] { ask_json(); });
      if (take_path(answer)) return;
      asker_.say(kind == "f" ? "Both begin so: please write at least fo or fi.\n"
                             : "Please answer folder, file or json.\n");
    }
  }

  /// Who answers with a path wants to send what lies there. False when nothing there can be sent.
  bool take_path(const std::string& answer) {
    if (answer.starts_with('~') && !platform::home_folder()) return false;
    const std::filesystem::path path = platform::expand_home(answer);
    std::error_code error;
    if (!std::filesystem::exists(path, error)) return false;
    return can_be_sent([&] {
      if (std::filesystem::is_directory(path, error)) {
        options_.source = FolderSource{path};
      } else {
        options_.source = FilesSource{{path}};
      }
      path_ = answer;
    });
  }

  template <typename Ask>
  void ask_until_it_can_be_sent(Ask ask_for_it) {
    while (!can_be_sent(ask_for_it)) {
    }
  }

  /// Says why when the source is none.
  template <typename Take>
  bool can_be_sent(Take take_source) {
    try {
      path_.clear();
      take_source();
      scan(options_);
      accepted_.emplace_back(path_, Asker::Kind::path);
      return true;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::usage) throw;
      asker_.say(printable(error.what()) + "\n");
      return false;
    }
  }

  void ask_folder() {
    const std::string folder = ask("Folder", ".", Asker::Kind::path);
    options_.source = FolderSource{platform::expand_home(folder)};
    path_ = folder;
  }
  void ask_file() {
    const std::string file = ask("File", "", Asker::Kind::path);
    options_.source = FilesSource{{platform::expand_home(file)}};
    path_ = file;
  }
  void ask_json() {
    const std::string text = ask("JSON", "", Asker::Kind::secret_text);
    // As an option it would be standard input, which is where the answers come from.
    if (text == "-") throw Error(ErrorCode::usage, "the JSON to send is not valid: a lone '-'");
    options_.source = JsonSource{text};
  }

  void ask_batch_name() {
    const std::string fallback = pack_options(options_, clock_).id.slug;
    const std::string name = ask("Batch name", fallback, Asker::Kind::name);
    if (name == fallback) return;
    options_.batch_name = name;
    accepted_.emplace_back(name, Asker::Kind::name);
  }

  void ask_repository(const http::Url& api) {
    const auto found = forge::detect_repository(api);
    for (;;) {
      const std::string text =
          ask("Repository", found ? found->repository.str() : "", Asker::Kind::repository);
      try {
        options_.repository = forge::parse_named_repository(text, "Repository", api).str();
        accepted_.emplace_back(options_.repository, Asker::Kind::repository);
        return;
      } catch (const Error& error) {
        if (error.code() != ErrorCode::usage) throw;
        asker_.say(printable(error.what()) + "\n");
      }
    }
  }

  Options& options_;
  Asker& asker_;
  platform::Clock& clock_;
  const MakeProgress& make_progress_;
  std::string path_;  ///< the last one answered
  std::vector<std::pair<std::string, Asker::Kind>> accepted_;
};

}  // namespace

bool complete_by_asking(Options& options, Asker& asker, platform::Clock& clock,
                        const MakeProgress& make_progress) {
  try {
    return Dialogue(options, asker, clock, make_progress).run();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::interrupted && error.code() != ErrorCode::terminated) throw;
    throw Error(error.code(), std::string(error.what()) + "; nothing was sent");
  }
}

bool ask_at_terminal(Options& options, platform::Clock& clock, const MakeProgress& make_progress) {
  TerminalAsker asker(options.state_dir.empty() ? std::filesystem::path()
                                                : options.state_dir / "history");
  return complete_by_asking(options, asker, clock, make_progress);
}

}  // namespace healthmetric::sender
