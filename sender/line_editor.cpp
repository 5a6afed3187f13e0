#include "sender/line_editor.hpp"

#include <histedit.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "common/error.hpp"
#include "common/file_io.hpp"
#include "common/terminal.hpp"

namespace healthmetric {
namespace {

namespace fs = std::filesystem;

constexpr int kHistoryLines = 200;

struct EndEditLine {
  void operator()(EditLine* editor) const noexcept { el_end(editor); }
};
struct EndHistory {
  void operator()(History* history) const noexcept { history_end(history); }
};

/// Set by the handler; a read that a signal interrupts ends, and the line with it.
// A handler can reach nothing but a global.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
volatile std::sig_atomic_t interrupted = 0;
class InterruptsEndReading {
 public:
  InterruptsEndReading() {
    interrupted = 0;
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = 1; };
    ::sigaction(SIGINT, &action, &before_);
  }
  ~InterruptsEndReading() { ::sigaction(SIGINT, &before_, nullptr); }
  InterruptsEndReading(const InterruptsEndReading&) = delete;
  InterruptsEndReading& operator=(const InterruptsEndReading&) = delete;

 private:
  struct sigaction before_ {};
};

std::string common_prefix(const std::vector<std::string>& names) {
  std::string prefix = names.front();
  for (const std::string& name : names) {
    const auto differ = std::mismatch(prefix.begin(), prefix.end(), name.begin(), name.end());
    prefix.erase(differ.first, prefix.end());
  }
  return prefix;
}

}  // namespace

fs::path expand_home(const std::string& path) {
  const char* home = std::getenv("HOME");
  if (home == nullptr || (path != "~" && !path.starts_with("~/"))) return path;
  return std::string(home) + path.substr(1);
}

PathCompletion complete_path(const std::string& line) {
  const std::size_t slash = line.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : line.substr(0, slash + 1);
  const std::string begun = line.substr(folder.size());
  PathCompletion found;
  std::error_code error;
  fs::directory_iterator entry(folder.empty() ? "." : expand_home(folder), error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    const bool is_hidden = name.front() == '.' && !begun.starts_with('.');
    if (is_hidden || !name.starts_with(begun)) continue;
    std::error_code unknown;
    if (entry->is_directory(unknown)) name += '/';
    found.candidates.push_back(std::move(name));
  }
  if (found.candidates.empty()) return found;
  std::sort(found.candidates.begin(), found.candidates.end());
  found.addition = common_prefix(found.candidates).substr(begun.size());
  return found;
}

struct LineEditor::Session {
  explicit Session(fs::path file)
      : history_file(std::move(file)),
        editor(el_init("healthmetric-sender", stdin, stderr, stderr)),
        history(history_init()) {
    if (!editor || !history) throw Error(ErrorCode::io, "the terminal cannot be used");
    el_set(editor.get(), EL_CLIENTDATA, this);
    el_set(editor.get(), EL_PROMPT, &Session::show_prompt);
    el_set(editor.get(), EL_EDITOR, "emacs");
    el_set(editor.get(), EL_SIGNAL, 0);
    el_set(editor.get(), EL_ADDFN, "complete-path", "Complete a path", &Session::complete);
    // As a key Ctrl-C cannot slip in between two reads, as the signal could.
    el_set(editor.get(), EL_ADDFN, "interrupt", "End the program", &Session::interrupt);
    el_set(editor.get(), EL_BIND, "^C", "interrupt", nullptr);
    el_set(editor.get(), EL_SETTY, "-d", "-isig", nullptr);
    HistEvent event{};
    ::history(history.get(), &event, H_SETSIZE, kHistoryLines);
    ::history(history.get(), &event, H_SETUNIQUE, 1);
    el_set(editor.get(), EL_HIST, ::history, history.get());
    if (!history_file.empty()) ::history(history.get(), &event, H_LOAD, history_file.c_str());
  }

  static Session& of(EditLine* editor) {
    void* session = nullptr;
    el_get(editor, EL_CLIENTDATA, &session);
    return *static_cast<Session*>(session);
  }

  static char* show_prompt(EditLine* editor) { return of(editor).prompt.data(); }

  static unsigned char interrupt(EditLine* /*editor*/, int /*key*/) {
    interrupted = 1;
    return CC_EOF;
  }

  static unsigned char complete(EditLine* editor, int /*key*/) {
    const LineInfo* line = el_line(editor);
    const PathCompletion found =
        complete_path({line->buffer, static_cast<std::size_t>(line->cursor - line->buffer)});
    if (!found.addition.empty()) {
      return el_insertstr(editor, found.addition.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
    }
    if (found.candidates.size() < 2) return CC_REFRESH_BEEP;
    write_to_terminal("\n");
    for (const std::string& name : found.candidates) write_to_terminal(name + "\n");
    return CC_REDISPLAY;
  }

  fs::path history_file;
  std::string prompt;
  std::unique_ptr<EditLine, EndEditLine> editor;
  std::unique_ptr<History, EndHistory> history;
};

LineEditor::LineEditor(fs::path history)
    : session_(std::make_unique<Session>(std::move(history))) {}
LineEditor::~LineEditor() = default;

std::optional<std::string> LineEditor::read_line(const std::string& prompt, Completion completion) {
  session_->prompt = prompt;
  el_set(session_->editor.get(), EL_BIND, "\t",
         completion == Completion::paths ? "complete-path" : "ed-insert", nullptr);
  const InterruptsEndReading scope;
  // By itself it shows the prompt first; a Ctrl-D typed in between would be lost.
  el_set(session_->editor.get(), EL_PREP_TERM, 1);
  int count = 0;
  const char* line = el_gets(session_->editor.get(), &count);
  if (interrupted != 0) {
    write_to_terminal("\n");
    throw Error(ErrorCode::interrupted, "interrupted; nothing was sent");
  }
  if (line == nullptr || count <= 0) {
    write_to_terminal("\n");
    return {};
  }
  std::string text(line, static_cast<std::size_t>(count));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

void LineEditor::remember(const std::string& line) {
  if (line.empty() || session_->history_file.empty()) return;
  create_private_directories(session_->history_file.parent_path());
  HistEvent event{};
  ::history(session_->history.get(), &event, H_ENTER, line.c_str());
  // Written to a file of its own and renamed: a kill leaves the old history.
  const fs::path temporary = session_->history_file.string() + ".new";
  if (::history(session_->history.get(), &event, H_SAVE, temporary.c_str()) < 0) return;
  std::error_code error;
  fs::permissions(temporary, fs::perms::owner_read | fs::perms::owner_write, error);
  fs::rename(temporary, session_->history_file, error);
}

}  // namespace healthmetric
