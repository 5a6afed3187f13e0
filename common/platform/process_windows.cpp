#include "common/platform/process.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cwctype>
#include <thread>
#include <vector>

#include "common/base/printable.hpp"
#include "common/base/system_error.hpp"
#include "common/platform/environment.hpp"
#include "common/platform/interruption.hpp"
#include "common/platform/windows.hpp"

namespace healthmetric::platform {
namespace {

constexpr const char* kNullFile = "NUL";

[[noreturn]] void throw_cannot_run(const std::string& what, const std::error_code& error) {
  throw Error(ErrorCode::io, "cannot run " + what + ": " + reason_of(error));
}

/// In the folders of PATH alone. The system would look in the working folder first, where somebody
/// else's git.exe may lie.
std::wstring find_program(const std::string& name) {
  const std::wstring path = to_wide(environment_variable("PATH"));
  std::size_t begin = 0;
  while (begin < path.size()) {
    const std::size_t end = std::min(path.find(L';', begin), path.size());
    const std::filesystem::path folder(path.substr(begin, end - begin));
    begin = end + 1;
    if (!folder.is_absolute()) continue;
    const std::filesystem::path program = folder / (name + ".exe");
    if (::GetFileAttributesW(program.c_str()) != INVALID_FILE_ATTRIBUTES) return program.native();
  }
  throw_cannot_run(name, system_error(ERROR_FILE_NOT_FOUND));
}

/// One word as CommandLineToArgvW() takes it apart again: backslashes count only before a quote.
void append_quoted(std::wstring& line, const std::wstring& word) {
  if (!line.empty()) line += L' ';
  line += L'"';
  std::size_t backslashes = 0;
  for (const wchar_t character : word) {
    if (character == L'"') line.append(backslashes + 1, L'\\');
    backslashes = character == L'\\' ? backslashes + 1 : 0;
    line += character;
  }
  line.append(backslashes, L'\\');
  line += L'"';
}

std::wstring command_line(const std::vector<std::string>& words) {
  std::wstring line;
  for (const std::string& word : words) append_quoted(line, to_wide(word));
  return line;
}

/// What every program on Windows needs is added.
std::wstring environment_block(std::vector<std::string> variables) {
  for (const char* name : {"SystemRoot", "TEMP", "TMP"}) {
    const std::string front = std::string(name) + "=";
    const bool is_there =
        std::any_of(variables.begin(), variables.end(),
                    [&](const std::string& variable) { return variable.starts_with(front); });
    if (!is_there) variables.push_back(front + environment_variable(name));
  }
  std::sort(variables.begin(), variables.end());
  std::wstring block;
  for (const std::string& variable : variables) block += to_wide(variable) + L'\0';
  return block + L'\0';
}

/// An open file that a child may inherit.
Handle inherited_file(const std::filesystem::path& path, DWORD access, DWORD disposition) {
  SECURITY_ATTRIBUTES inherited{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  Handle file = open_shared(path, access, disposition, FILE_ATTRIBUTE_NORMAL, &inherited);
  if (!file) throw_cannot_run(path.string(), last_error());
  return file;
}

struct Streams {
  Handle input;
  Handle output;
  Handle error = inherited_file(kNullFile, GENERIC_WRITE, OPEN_EXISTING);
};

/// Which handles a child inherits: no others, whatever else is open meanwhile.
class InheritedHandles {
 public:
  explicit InheritedHandles(const Streams& streams)
      : handles_{native(streams.input), native(streams.output), native(streams.error)} {
    SIZE_T size = 0;
    ::InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    room_.resize(size / sizeof(std::max_align_t) + 1);
    if (::InitializeProcThreadAttributeList(list(), 1, 0, &size) == 0 ||
        ::UpdateProcThreadAttribute(list(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles_.data(),
                                    sizeof handles_, nullptr, nullptr) == 0) {
      throw_cannot_run("a program", last_error());
    }
  }
  ~InheritedHandles() { ::DeleteProcThreadAttributeList(list()); }
  InheritedHandles(const InheritedHandles&) = delete;
  InheritedHandles& operator=(const InheritedHandles&) = delete;

  LPPROC_THREAD_ATTRIBUTE_LIST list() {
    return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(room_.data());
  }

 private:
  std::array<HANDLE, 3> handles_;
  std::vector<std::max_align_t> room_;
};

/// A program that runs as long as this object lives, and no longer, with all that it starts.
class Child {
 public:
  Child(const Streams& streams, const std::vector<std::string>& words,
        const std::vector<std::string>& environment)
      : name_(words.front()), job_(adopt(::CreateJobObjectW(nullptr, nullptr))) {
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    ::SetInformationJobObject(native(job_), JobObjectExtendedLimitInformation, &limits,
                              sizeof limits);
    start(streams, words, environment);
  }
  ~Child() {
    if (process_) ::TerminateProcess(native(process_), 1);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Waits for its end, and returns its exit status. Throws as stop_if_signalled() does.
  int reap() {
    const std::array<HANDLE, 2> handles{native(process_), interruption_event()};
    ::WaitForMultipleObjects(2, handles.data(), FALSE, INFINITE);
    stop_if_signalled();
    DWORD status = 1;
    if (::GetExitCodeProcess(native(process_), &status) == 0) throw_cannot_run(name_, last_error());
    return static_cast<int>(status);
  }

 private:
  void start(const Streams& streams, const std::vector<std::string>& words,
             const std::vector<std::string>& environment) {
    InheritedHandles inherited(streams);
    STARTUPINFOEXW info{};
    info.StartupInfo.cb = sizeof info;
    info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    info.StartupInfo.hStdInput = native(streams.input);
    info.StartupInfo.hStdOutput = native(streams.output);
    info.StartupInfo.hStdError = native(streams.error);
    info.lpAttributeList = inherited.list();
    constexpr DWORD kFlags = CREATE_NO_WINDOW | CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT |
                             EXTENDED_STARTUPINFO_PRESENT;
    const std::wstring program = find_program(name_);
    std::wstring line = command_line(words);
    std::wstring block = environment_block(environment);
    PROCESS_INFORMATION started{};
    if (::CreateProcessW(program.c_str(), line.data(), nullptr, nullptr, TRUE, kFlags, block.data(),
                         nullptr, &info.StartupInfo, &started) == 0) {
      throw_cannot_run(name_, last_error());
    }
    process_ = adopt(started.hProcess);
    const Handle thread = adopt(started.hThread);
    // Wine gives none of a program of Unix; waiting for no process would never end.
    if (!process_) throw_cannot_run(name_, system_error(ERROR_INVALID_HANDLE));
    ::AssignProcessToJobObject(native(job_), started.hProcess);
    ::ResumeThread(started.hThread);
  }

  std::string name_;
  Handle job_;
  Handle process_;
};

}  // namespace

int run(const Invocation& command) {
  Streams streams{inherited_file(command.input, GENERIC_READ, OPEN_EXISTING),
                  inherited_file(command.output, GENERIC_WRITE,
                                 command.output == kNullFile ? OPEN_EXISTING : CREATE_ALWAYS)};
  Child child(streams, command.words, command.environment);
  return child.reap();
}

std::optional<std::string> output_of(const std::vector<std::string>& words,
                                     std::uint64_t max_bytes) {
  HANDLE ours = nullptr;
  HANDLE theirs = nullptr;
  if (::CreatePipe(&ours, &theirs, nullptr, 0) == 0) throw_cannot_run(words.front(), last_error());
  InputFile output(adopt(ours), words.front());
  Streams streams{inherited_file(kNullFile, GENERIC_READ, OPEN_EXISTING), adopt(theirs)};
  ::SetHandleInformation(theirs, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
  Child child(streams, words, whole_environment());
  streams.output = Handle();
  std::string text = read_all_patiently(output, max_bytes, words.front());
  if (child.reap() != 0) return {};
  return text;
}

std::filesystem::path own_program() {
  constexpr DWORD kMostCharacters = 32768;
  std::wstring path(kMostCharacters, L'\0');
  const DWORD size = ::GetModuleFileNameW(nullptr, path.data(), kMostCharacters);
  if (size == 0 || size == kMostCharacters) return {};
  path.resize(size);
  return path;
}

std::size_t usable_cores() {
  return std::max(1U, std::thread::hardware_concurrency());
}

std::size_t most_open_files() {
  return SIZE_MAX;
}

std::filesystem::path null_file() {
  return kNullFile;
}

}  // namespace healthmetric::platform
