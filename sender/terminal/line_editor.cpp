#include "sender/terminal/line_editor.hpp"

#include <histedit.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cwchar>
#include <exception>
#include <system_error>

#include "common/base/error.hpp"
#include "common/base/format.hpp"
#include "common/base/printable.hpp"
#include "common/platform/file.hpp"
#include "common/platform/own_file.hpp"
#include "common/platform/user_dirs.hpp"
#include "common/platform/utf8_locale.hpp"

namespace healthmetric::terminal {
namespace {

namespace fs = std::filesystem;

constexpr int kHistoryLines = 200;
constexpr std::size_t kMostListed = 100;

/// Of a line. The editor draws a long one anew with each character.
constexpr std::size_t kMostCharacters = 16'000;

/// What mbrtowc() says of a sequence.
constexpr auto kInvalid = static_cast<std::size_t>(-1);
constexpr auto kIncomplete = static_cast<std::size_t>(-2);

struct EndEditLine {
  void operator()(EditLine* editor) const noexcept { el_end(editor); }
};
struct EndHistory {
  void operator()(History* history) const noexcept { history_end(history); }
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

PathCompletion complete_path(const std::string& line) {
  const std::size_t slash = line.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : line.substr(0, slash + 1);
  const std::string begun = line.substr(folder.size());
  PathCompletion found;
  std::error_code error;
  const fs::path place = platform::home_folder() ? platform::expand_home(folder) : fs::path(folder);
  fs::directory_iterator entry(place.empty() ? "." : place, error);
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
  Session(fs::path file, platform::QuietTerminal& quiet_terminal)
      : history_file(std::move(file)),
        terminal(quiet_terminal),
        editor(el_init("healthmetric-sender", stdin, stderr, stderr)),
        history(history_init()) {
    if (!editor || !history) throw Error(ErrorCode::io, "the terminal cannot be used");
    el_set(editor.get(), EL_CLIENTDATA, this);
    el_set(editor.get(), EL_PROMPT, &Session::show_prompt);
    el_set(editor.get(), EL_EDITOR, "emacs");
    el_set(editor.get(), EL_SIGNAL, 0);
    // Else it would have the terminal collect and show lines between two questions.
    el_set(editor.get(), EL_SETTY, "-x", "-icanon", "-echo", "-iexten", nullptr);
    // Nor end the program with the terminal as it is.
    for (const char* mode : {"-d", "-x", "-q"}) {
      el_set(editor.get(), EL_SETTY, mode, "quit=", nullptr);
    }
    el_set(editor.get(), EL_GETCFN, &Session::read_character);
    // In wide characters, which it keeps as they are; of others it makes copies it never frees.
    el_wset(editor.get(), EL_ADDFN, L"complete-path", L"Complete a path", &Session::complete);
    set_up(*history);
    el_set(editor.get(), EL_HIST, ::history, history.get());
    if (!history_file.empty()) load(*history, history_file);
  }

  template <typename... Arguments>
  static int call(History& history, int operation, Arguments... arguments) {
    HistEvent event{};
    return ::history(&history, &event, operation, arguments...);
  }

  static void load(History& history, const fs::path& file) {
    platform::expect_own_file(file);
    call(history, H_LOAD, file.c_str());
  }

  static void set_up(History& history) {
    call(history, H_SETSIZE, kHistoryLines);
    call(history, H_SETUNIQUE, 1);
  }

  static Session& of(EditLine* editor) {
    void* session = nullptr;
    el_get(editor, EL_CLIENTDATA, &session);
    return *static_cast<Session*>(session);
  }

  static char* show_prompt(EditLine* editor) { return of(editor).prompt.data(); }

  /// An exception may not cross C code: it is kept and thrown again behind it.
  static int read_character(EditLine* editor, wchar_t* into) {
    Session& session = of(editor);
    try {
      return session.next_character(*into);
    } catch (...) {
      session.failure = std::current_exception();
      return -1;
    }
  }

  /// 1, or 0 at the end of input. Passed over are bytes that are not UTF-8; NUL (Ctrl-Space), with
  /// which the editor waits for more keys and then forgets them; and what makes the line too long.
  int next_character(wchar_t& into) {
    std::mbstate_t state{};
    while (const auto byte = keyboard->next([this] { el_set(editor.get(), EL_REFRESH); })) {
      const std::size_t length = std::mbrtowc(&into, &*byte, 1, &state);
      if (length == kInvalid) {
        state = {};
      } else if (length != kIncomplete && into != L'\0' && has_room_for(into)) {
        return 1;
      }
    }
    return 0;
  }

  /// Control characters move and delete: there is always room for them.
  bool has_room_for(wchar_t character) {
    constexpr wchar_t kDelete = 0x7F;
    const LineInfoW* const line = el_wline(editor.get());
    const auto size = static_cast<std::size_t>(line->lastchar - line->buffer);
    if (size < kMostCharacters || character < L' ' || character == kDelete) return true;
    is_too_long = true;
    return false;
  }

  static unsigned char complete(EditLine* editor, int /*key*/) {
    const LineInfo* line = el_line(editor);
    const PathCompletion found =
        complete_path({line->buffer, static_cast<std::size_t>(line->cursor - line->buffer)});
    if (!found.addition.empty()) {
      return el_insertstr(editor, found.addition.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
    }
    if (found.candidates.size() < 2) return CC_REFRESH_BEEP;
    platform::write_to_terminal("\n" + listing(found.candidates));
    return CC_REDISPLAY;
  }

  static std::string listing(const std::vector<std::string>& names) {
    std::string text;
    const std::size_t shown = std::min(names.size(), kMostListed);
    for (std::size_t i = 0; i < shown; ++i) text += printable(names[i]) + "\n";
    if (shown < names.size()) text += fmt::format("... and {} more\n", names.size() - shown);
    return text;
  }

  fs::path history_file;
  platform::QuietTerminal& terminal;
  std::string prompt;
  std::optional<platform::Keyboard> keyboard;  ///< while a line is read
  bool is_too_long = false;
  std::exception_ptr failure;
  std::unique_ptr<EditLine, EndEditLine> editor;
  std::unique_ptr<History, EndHistory> history;
};

LineEditor::LineEditor(fs::path history, platform::QuietTerminal& terminal) {
  const platform::Utf8Characters scope;
  session_ = std::make_unique<Session>(std::move(history), terminal);
}
LineEditor::~LineEditor() = default;

std::optional<std::string> LineEditor::read_line(const std::string& prompt, Completion completion) {
  const platform::Utf8Characters scope;
  session_->prompt = prompt;
  el_set(session_->editor.get(), EL_BIND, "\t",
         completion == Completion::paths ? "complete-path" : "ed-insert", nullptr);
  session_->keyboard.emplace(session_->terminal);
  session_->failure = nullptr;
  session_->is_too_long = false;
  int count = 0;
  const char* line = el_gets(session_->editor.get(), &count);
  session_->keyboard.reset();
  if (line == nullptr || count <= 0) {
    platform::write_to_terminal("\n");
    if (session_->failure) std::rethrow_exception(session_->failure);
    return {};
  }
  if (session_->is_too_long) {
    throw Error(ErrorCode::too_large,
                fmt::format("the line is longer than {} characters", kMostCharacters));
  }
  std::string text(line, static_cast<std::size_t>(count));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (!text.empty() && !session_->history_file.empty()) {
    Session::call(*session_->history, H_ENTER, text.c_str());
  }
  return text;
}

void LineEditor::remember(const std::string& line) {
  const fs::path& file = session_->history_file;
  if (line.empty() || file.empty()) return;
  const std::unique_ptr<History, EndHistory> kept(history_init());
  Session::set_up(*kept);
  Session::load(*kept, file);
  Session::call(*kept, H_ENTER, line.c_str());
  platform::create_private_directories(file.parent_path());
  // Written to a file of its own and renamed: a kill leaves the old history.
  const fs::path temporary = file.string() + ".new";
  platform::expect_own_file(temporary);
  if (Session::call(*kept, H_SAVE, temporary.c_str()) < 0) return;
  std::error_code error;
  fs::permissions(temporary, fs::perms::owner_read | fs::perms::owner_write, error);
  fs::rename(temporary, file, error);
}

}  // namespace healthmetric::terminal
