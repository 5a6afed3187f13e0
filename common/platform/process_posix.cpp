#include "common/platform/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "common/base/error.hpp"
#include "common/platform/file.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/posix.hpp"

namespace healthmetric::platform {
namespace {

constexpr int kSignalBase = 128;

/// posix_spawn's list of what to do to the descriptors of the child.
class FileActions {
 public:
  FileActions() { check(posix_spawn_file_actions_init(&actions_), "posix_spawn"); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;

  void open(int descriptor, const std::string& path, int flags) {
    check(posix_spawn_file_actions_addopen(&actions_, descriptor, path.c_str(), flags, 0600), path);
  }

  void pass_on(int descriptor) {
    check(posix_spawn_file_actions_adddup2(&actions_, descriptor, descriptor), "posix_spawn");
  }

  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

  static void check(int error, const std::string& what) {
    if (error != 0) throw Error(ErrorCode::io, "cannot run " + what + ": " + std::strerror(error));
  }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// A child takes signals in the usual way, whatever this process does about them.
class UnblockedSignals {
 public:
  UnblockedSignals() {
    FileActions::check(posix_spawnattr_init(&attributes_), "posix_spawn");
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes_, &none);
    sigset_t ignored_here;
    sigemptyset(&ignored_here);
    for (const int number : {SIGPIPE, SIGXFSZ}) sigaddset(&ignored_here, number);
    posix_spawnattr_setsigdefault(&attributes_, &ignored_here);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~UnblockedSignals() { posix_spawnattr_destroy(&attributes_); }
  UnblockedSignals(const UnblockedSignals&) = delete;
  UnblockedSignals& operator=(const UnblockedSignals&) = delete;

  [[nodiscard]] const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

/// A pipe whose reading end can be read, at its end, once nobody holds the writing end any more.
struct Lifeline {
  Lifeline() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) FileActions::check(errno, "pipe");
    ours = Handle(ends[0]);
    theirs = Handle(ends[1]);
  }

  Handle ours;
  Handle theirs;
};

/// The exit status of a child that has ended, or is about to.
int reap(pid_t child, const std::string& name) {
  int status = 0;
  if (uninterrupted([&] { return ::waitpid(child, &status, 0); }) < 0) {
    FileActions::check(errno, name);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status);
}

/// The form the system wants: pointers that end in a null. The strings stay the caller's.
std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

int run(const Command& command) {
  FileActions actions;
  actions.open(STDIN_FILENO, command.input.string(), O_RDONLY);
  actions.open(STDOUT_FILENO, command.output.string(), O_WRONLY | O_CREAT | O_TRUNC);
  actions.open(STDERR_FILENO, "/dev/null", O_WRONLY);
  Lifeline lifeline;
  actions.pass_on(lifeline.theirs.get());
  std::vector<std::string> words = command.words;
  std::vector<std::string> environment = command.environment;
  const UnblockedSignals attributes;
  pid_t child = 0;
  FileActions::check(::posix_spawnp(&child, words.front().c_str(), actions.get(), attributes.get(),
                                    pointers_to(words).data(), pointers_to(environment).data()),
                     words.front());
  lifeline.theirs = Handle();
  try {
    wait_for_input(lifeline.ours);
  } catch (const Error&) {
    ::kill(child, SIGKILL);
    reap(child, words.front());
    throw;
  }
  return reap(child, words.front());
}

}  // namespace healthmetric::platform
