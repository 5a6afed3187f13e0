#include "common/platform/process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <thread>

#include "common/base/error.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/file.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/posix.hpp"

namespace healthmetric::platform {
namespace {

constexpr int kSignalBase = 128;
constexpr const char* kNullFile = "/dev/null";

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

  void pass_on(const Handle& handle, int descriptor) {
    check(posix_spawn_file_actions_adddup2(&actions_, handle.get(), descriptor), "posix_spawn");
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
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) FileActions::check(errno, "pipe");
    ours = Handle(ends[0]);
    theirs = Handle(ends[1]);
    // What starts a program here is one thread at a time.
    for (const int end : ends) (void)::fcntl(end, F_SETFD, FD_CLOEXEC);
  }

  Handle ours;
  Handle theirs;
};

/// The form the system wants: pointers that end in a null. The strings stay the caller's.
std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// A program that runs as long as this object lives, and no longer.
class Child {
 public:
  Child(const FileActions& actions, std::vector<std::string> words,
        std::vector<std::string> environment)
      : name_(words.front()) {
    const UnblockedSignals attributes;
    FileActions::check(::posix_spawnp(&id_, name_.c_str(), actions.get(), attributes.get(),
                                      pointers_to(words).data(), pointers_to(environment).data()),
                       name_);
  }
  ~Child() {
    if (is_reaped_) return;
    ::kill(id_, SIGKILL);
    (void)wait_for_end();
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Its exit status, once it has ended, or is about to.
  int reap() {
    const int status = wait_for_end();
    if (status < 0) FileActions::check(errno, name_);
    return WIFEXITED(status) ? WEXITSTATUS(status) : kSignalBase + WTERMSIG(status);
  }

 private:
  /// As waitpid() tells it; -1 with errno set when that fails.
  int wait_for_end() {
    int status = 0;
    is_reaped_ = true;
    return uninterrupted([&] { return ::waitpid(id_, &status, 0); }) < 0 ? -1 : status;
  }

  std::string name_;
  pid_t id_ = 0;
  bool is_reaped_ = false;
};

}  // namespace

int run(const Invocation& command) {
  FileActions actions;
  actions.open(STDIN_FILENO, command.input.string(), O_RDONLY);
  actions.open(STDOUT_FILENO, command.output.string(), O_WRONLY | O_CREAT | O_TRUNC);
  actions.open(STDERR_FILENO, kNullFile, O_WRONLY);
  Pipe lifeline;
  actions.pass_on(lifeline.theirs, lifeline.theirs.get());
  Child child(actions, command.words, command.environment);
  lifeline.theirs = Handle();
  wait_for_input(lifeline.ours);
  return child.reap();
}

std::optional<std::string> output_of(const std::vector<std::string>& words,
                                     std::uint64_t max_bytes) {
  FileActions actions;
  Pipe pipe;
  actions.open(STDIN_FILENO, kNullFile, O_RDONLY);
  actions.pass_on(pipe.theirs, STDOUT_FILENO);
  actions.open(STDERR_FILENO, kNullFile, O_WRONLY);
  Child child(actions, words, whole_environment());
  pipe.theirs = Handle();
  InputFile output(std::move(pipe.ours), words.front());
  std::string text = read_all_patiently(output, max_bytes, words.front());
  if (child.reap() != 0) return {};
  return text;
}

std::filesystem::path own_program() {
  std::error_code error;
  const std::filesystem::path file = std::filesystem::read_symlink("/proc/self/exe", error);
  return !error && std::filesystem::exists(file, error) ? file : std::filesystem::path();
}

std::size_t usable_cores() {
#if defined(__linux__)
  cpu_set_t usable;
  CPU_ZERO(&usable);
  if (::sched_getaffinity(0, sizeof usable, &usable) == 0) {
    return static_cast<std::size_t>(std::max(1, CPU_COUNT(&usable)));
  }
#endif
  return std::max(1U, std::thread::hardware_concurrency());
}

std::size_t most_open_files() {
  rlimit limit{};
  const bool is_limited =
      ::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  return is_limited ? static_cast<std::size_t>(limit.rlim_cur) : SIZE_MAX;
}

std::filesystem::path null_file() {
  return kNullFile;
}

}  // namespace healthmetric::platform
