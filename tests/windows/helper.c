/* What another program does on Windows: it holds a file.
 *
 *   helper hold FILE       opens FILE and lets nobody else, until standard input ends
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

int wmain(int count, wchar_t **words) {
  if (count == 3 && wcscmp(words[1], L"hold") == 0) return hold(words[2]);
  return fail("usage");
}
