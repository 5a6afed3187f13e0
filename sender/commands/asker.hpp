#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "common/platform/terminal.hpp"

namespace healthmetric::terminal {
class LineEditor;
}  // namespace healthmetric::terminal

namespace healthmetric::sender {

/// The person at the terminal, as a dialogue needs it.
class Asker {
 public:
  enum class Kind { words, path, repository, name, secret_text };

  virtual ~Asker() = default;

  /// An answer; nullopt at the end of the input. `Kind` controls completion and history: secret
  /// text is never kept.
  virtual std::optional<std::string> ask(const std::string& question, Kind kind) = 0;
  /// The same; what is typed is not shown.
  virtual std::optional<std::string> ask_unseen(const std::string& question) = 0;
  virtual void say(const std::string& text) = 0;
  /// Keeps an answer for the next time.
  virtual void remember(const std::string& answer, Kind kind) = 0;
};

/// An answer without the blanks around it; `fallback`, which is shown, if it is empty. Throws
/// Error{interrupted} at the end of the input.
std::string ask_for(Asker& asker, const std::string& question, const std::string& fallback,
                    Asker::Kind kind);

/// Asks until the answer is yes or no; `fallback` is "yes" or "no".
bool ask_yes_or_no(Asker& asker, const std::string& question, const std::string& fallback);

/// At the terminal of this process. Each kind of answer has a history of its own, in `folder`;
/// empty: none is kept.
class TerminalAsker final : public Asker {
 public:
  explicit TerminalAsker(std::filesystem::path folder);
  ~TerminalAsker() override;

  std::optional<std::string> ask(const std::string& question, Kind kind) override;
  std::optional<std::string> ask_unseen(const std::string& question) override;
  void remember(const std::string& answer, Kind kind) override;
  void say(const std::string& text) override;

 private:
  [[nodiscard]] std::filesystem::path history_of(Kind kind) const;
  terminal::LineEditor& editor_for(Kind kind);

  std::filesystem::path folder_;
  platform::QuietTerminal terminal_;
  std::map<Kind, std::unique_ptr<terminal::LineEditor>> editors_;
};

}  // namespace healthmetric::sender
