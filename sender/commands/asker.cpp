#include "sender/commands/asker.hpp"

#include "common/base/ascii.hpp"
#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "sender/terminal/line_editor.hpp"
#include "sender/terminal/secret_line.hpp"

namespace healthmetric::sender {

std::string ask_for(Asker& asker, const std::string& question, const std::string& fallback,
                    Asker::Kind kind) {
  const std::string shown = fallback.empty() ? "" : " [" + printable(fallback) + "]";
  const auto answer = asker.ask(question + shown + ": ", kind);
  if (!answer) throw Error(ErrorCode::interrupted, "the input ended");
  const std::string text(trim(*answer));
  return text.empty() ? fallback : text;
}

bool ask_yes_or_no(Asker& asker, const std::string& question, const std::string& fallback) {
  for (;;) {
    const std::string answer =
        ascii_lower(ask_for(asker, question + " (yes or no)", fallback, Asker::Kind::words));
    if (answer == "y" || answer == "yes") return true;
    if (answer == "n" || answer == "no") return false;
    asker.say("Please answer yes or no.\n");
  }
}

TerminalAsker::TerminalAsker(std::filesystem::path folder) : folder_(std::move(folder)) {}
TerminalAsker::~TerminalAsker() = default;

std::optional<std::string> TerminalAsker::ask(const std::string& question, Kind kind) {
  const auto completion = kind == Kind::path ? terminal::LineEditor::Completion::paths
                                             : terminal::LineEditor::Completion::none;
  for (;;) {
    try {
      return editor_for(kind).read_line(question, completion);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::too_large) throw;
      say(std::string(error.what()) + ": please give a shorter answer\n");
    }
  }
}

std::optional<std::string> TerminalAsker::ask_unseen(const std::string& question) {
  for (;;) {
    auto line = terminal::read_secret_line(question, terminal_);
    if (!line || line->size() <= terminal::kMaxSecretBytes) return line;
    say(fmt::format("the line is longer than {} bytes: please give a shorter answer\n",
                    terminal::kMaxSecretBytes));
  }
}

void TerminalAsker::remember(const std::string& answer, Kind kind) {
  editor_for(kind).remember(answer);
}

void TerminalAsker::say(const std::string& text) {
  platform::write_to_terminal(text);
}

std::filesystem::path TerminalAsker::history_of(Kind kind) const {
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

terminal::LineEditor& TerminalAsker::editor_for(Kind kind) {
  auto& editor = editors_[kind];
  if (!editor) editor = std::make_unique<terminal::LineEditor>(history_of(kind), terminal_);
  return *editor;
}

}  // namespace healthmetric::sender
