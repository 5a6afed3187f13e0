/* What another program does on Windows: it holds a file, or presses a key.
 *
 *   helper hold FILE           opens FILE and lets nobody else, until standard input ends
 *   helper press EVENT LINE    runs the command LINE; once standard input ends, presses Ctrl-C (EVENT 0) or
 *                              Ctrl-Break (1), says how long it took LINE to end, and ends as that did
 */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

static void wait_for_end_of_input(void) {
  puts("ready");
  fflush(stdout);
  while (getchar() != EOF) {
  }
}

static int fail(const char *what) {
  fprintf(stderr, "%s: error %lu\n", what, GetLastError());
  return 1;
}

static int hold(const wchar_t *path) {
  const HANDLE file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) return fail("open");
  wait_for_end_of_input();
  CloseHandle(file);
  return 0;
}

static int start(wchar_t *line, DWORD flags, PROCESS_INFORMATION *process) {
  STARTUPINFOW startup = {.cb = sizeof startup,
                          .dwFlags = STARTF_USESTDHANDLES,
                          .hStdInput = GetStdHandle(STD_INPUT_HANDLE),
                          .hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE),
                          .hStdError = GetStdHandle(STD_ERROR_HANDLE)};
  return CreateProcessW(NULL, line, NULL, NULL, TRUE, flags, NULL, NULL, &startup, process);
}

/* Starts this program once more, with a console of its own that has no window. */
static int with_console(void) {
  PROCESS_INFORMATION process;
  DWORD status = 1;
  SetEnvironmentVariableW(L"HELPER_HAS_CONSOLE", L"1");
  if (!start(GetCommandLineW(), CREATE_NO_WINDOW, &process)) return fail("start");
  WaitForSingleObject(process.hProcess, INFINITE);
  GetExitCodeProcess(process.hProcess, &status);
  return (int)status;
}

static BOOL WINAPI ignore(DWORD event) {
  return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT;
}

/* Ctrl-C reaches all of a console, and cannot be sent to one group of processes. */
static int press(DWORD event, wchar_t *line) {
  const DWORD wait_ms = 20000;
  PROCESS_INFORMATION process;
  DWORD status = 1;
  if (!SetConsoleCtrlHandler(ignore, TRUE)) return fail("handler");
  if (!start(line, 0, &process)) return fail("start");
  wait_for_end_of_input();
  const ULONGLONG begin = GetTickCount64();
  const int is_pressed = GenerateConsoleCtrlEvent(event, 0);
  if (!is_pressed || WaitForSingleObject(process.hProcess, wait_ms) != WAIT_OBJECT_0) {
    fail(is_pressed ? "it does not end" : "event");
    TerminateProcess(process.hProcess, 99);
    return 1;
  }
  printf("%lu ms\n", (unsigned long)(GetTickCount64() - begin));
  GetExitCodeProcess(process.hProcess, &status);
  return (int)status;
}

int wmain(int count, wchar_t **words) {
  if (count == 3 && wcscmp(words[1], L"hold") == 0) return hold(words[2]);
  const int has_console = GetEnvironmentVariableW(L"HELPER_HAS_CONSOLE", NULL, 0) != 0;
  if (count == 4 && wcscmp(words[1], L"press") == 0 && !has_console) return with_console();
  if (count == 4 && wcscmp(words[1], L"press") == 0) return press((DWORD)_wtoi(words[2]), words[3]);
  return fail("usage");
}
