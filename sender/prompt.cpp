#include "sender/prompt.hpp"

#include <map>
#include <memory>

#include "common/ascii.hpp"
#include "common/error.hpp"
#include "common/printable.hpp"
#include "common/terminal.hpp"
#include "sender/credentials.hpp"
#include "sender/line_editor.hpp"
#include "sender/repository.hpp"
#include "sender/source.hpp"
#include "sender/url.hpp"

namespace healthmetric::sender {
namespace {

class Dialogue {
 public:
  Dialogue(Options& options, Asker& asker, Clock& clock)
      : options_(options), asker_(asker), clock_(clock) {}

  bool run() {
    const bool is_sent = options_.output.empty() && !options_.dry_run;
    const Url api = Url::parse(options_.api_url, "--api-url");
    if (is_sent) find_token(options_.token_file, api);
    ask_source();
    if (options_.batch_name.empty()) ask_batch_name();
    if (is_sent && options_.repository.empty()) ask_repository(api);
    if (options_.dry_run) return true;
    Progress quiet;
    const Plan plan = make_plan(options_, clock_, quiet);
    asker_.say(to_text(plan));
    if (plan.parts == 0) return true;  // sending says why there is nothing
    return ask_consent();
  }

 private:
  std::string ask(const std::string& question, const std::string& fallback, Asker::Kind kind) {
    const std::string shown = fallback.empty() ? "" : " [" + printable(fallback) + "]";
    const auto answer = asker_.ask(question + shown + ": ", kind);
    if (!answer) throw Error(ErrorCode::interrupted, "the input ended; nothing was sent");
    const std::string text(trim(*answer));
    return text.empty() ? fallback : text;
  }

  void ask_source() {
    for (;;) {
      const std::string kind =
          ascii_lower(ask("Send a folder, a file or JSON", "folder", Asker::Kind::words));
      const auto means = [&](std::string_view word) {
        return !kind.empty() && word.starts_with(kind) && kind != "f";
      };
      if (means("folder")) return ask_until_it_can_be_sent([this] { ask_folder(); });
      if (means("file")) return ask_until_it_can_be_sent([this] { ask_file(); });
      if (means("json")) return ask_until_it_can_be_sent([this] { ask_json(); });
      asker_.say("Please answer folder, file or json.\n");
    }
  }

  /// Asks again with the reason when the source is none.
  template <typename Ask>
  void ask_until_it_can_be_sent(Ask ask_for_it) {
    for (;;) {
      try {
        ask_for_it();
        scan(options_);
        return;
      } catch (const Error& error) {
        if (error.code() != ErrorCode::usage) throw;
        asker_.say(printable(error.what()) + "\n");
      }
    }
  }

  void ask_folder() {
    options_.source = FolderSource{expand_home(ask("Folder", ".", Asker::Kind::path))};
  }
  void ask_file() {
    options_.source = FilesSource{{expand_home(ask("File", "", Asker::Kind::path))}};
  }
  void ask_json() { options_.source = JsonSource{ask("JSON", "", Asker::Kind::secret_text)}; }

  void ask_batch_name() {
    const std::string fallback = pack_options(options_, clock_).id.slug;
    const std::string name = ask("Batch name", fallback, Asker::Kind::name);
    if (name != fallback) options_.batch_name = name;
  }

  void ask_repository(const Url& api) {
    const auto found = detect_repository(api);
    for (;;) {
      const std::string text =
          ask("Repository", found ? found->str() : "", Asker::Kind::repository);
      if (Repository::parse(text)) {
        options_.repository = text;
        return;
      }
      asker_.say("Please write owner/name.\n");
    }
  }

  bool ask_consent() {
    for (;;) {
      const std::string answer =
          ascii_lower(ask("Send it? (yes or no)", "yes", Asker::Kind::words));
      if (answer == "y" || answer == "yes") return true;
      if (answer == "n" || answer == "no") return false;
    }
  }

  Options& options_;
  Asker& asker_;
  Clock& clock_;
};

/// Each kind of answer has a history of its own.
class TerminalAsker final : public Asker {
 public:
  explicit TerminalAsker(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::optional<std::string> ask(const std::string& question, Kind kind) override {
    LineEditor& editor = editor_for(kind);
    auto line = editor.read_line(question, kind == Kind::path ? LineEditor::Completion::paths
                                                              : LineEditor::Completion::none);
    if (line) editor.remember(*line);
    return line;
  }

  void say(const std::string& text) override { write_to_terminal(text); }

 private:
  [[nodiscard]] std::filesystem::path history_of(Kind kind) const {
    if (folder_.empty()) return {};
    switch (kind) {
      case Kind::path:
        return folder_ / "paths";
      case Kind::repository:
        return folder_ / "repositories";
      case Kind::name:
        return folder_ / "names";
      case Kind::words:
      case Kind::secret_text:
        return {};
    }
    return {};
  }

  LineEditor& editor_for(Kind kind) {
    auto& editor = editors_[kind];
    if (!editor) editor = std::make_unique<LineEditor>(history_of(kind));
    return *editor;
  }

  std::filesystem::path folder_;
  std::map<Kind, std::unique_ptr<LineEditor>> editors_;
};

}  // namespace

bool complete_by_asking(Options& options, Asker& asker, Clock& clock) {
  return Dialogue(options, asker, clock).run();
}

bool ask_at_terminal(Options& options, Clock& clock) {
  TerminalAsker asker(options.state_dir.empty() ? std::filesystem::path()
                                                : options.state_dir / "history");
  return complete_by_asking(options, asker, clock);
}

}  // namespace healthmetric::sender
