#include <fcntl.h>
#include <io.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "common/base/error.hpp"
#include "common/platform/arguments.hpp"
#include "common/platform/file.hpp"
#include "common/platform/windows.hpp"

// Not for <shellapi.h>, which brings half of the desktop along.
extern "C" __declspec(dllimport) wchar_t** __stdcall CommandLineToArgvW(const wchar_t*, int*);

/// What the program was started with: its words and its standard streams.

namespace healthmetric::platform {

Arguments::Arguments(int count, const char* const* values) {
  int found = 0;
  wchar_t** const words = ::CommandLineToArgvW(::GetCommandLineW(), &found);
  for (int i = 0; words != nullptr && i < found; ++i) words_.push_back(to_utf8(words[i]));
  if (words == nullptr) words_.assign(values, values + count);
  ::LocalFree(words);
  for (const std::string& word : words_) pointers_.push_back(word.c_str());
}

namespace {

struct Stream {
  DWORD which;
  std::FILE* stream;
  const char* mode;  // such that using it fails
};

UINT console_code_page = 0;  // before this program changed it

void restore_console() {
  ::SetConsoleOutputCP(console_code_page);
}

/// A console shows what is written as UTF-8 once it is told so.
void let_console_show_utf8() {
  console_code_page = ::GetConsoleOutputCP();
  if (console_code_page == 0 || console_code_page == CP_UTF8) return;
  if (::SetConsoleOutputCP(CP_UTF8) != 0) (void)std::atexit(restore_console);
}

}  // namespace

void occupy_standard_descriptors() {
  const std::array<Stream, 3> streams{{{STD_INPUT_HANDLE, stdin, "w"},
                                       {STD_OUTPUT_HANDLE, stdout, "r"},
                                       {STD_ERROR_HANDLE, stderr, "r"}}};
  for (const Stream& stream : streams) {
    // Lines end as elsewhere, and bytes stay what they are.
    ::_setmode(::_fileno(stream.stream), _O_BINARY);
    const HANDLE handle = ::GetStdHandle(stream.which);
    if (handle != nullptr && handle != INVALID_HANDLE_VALUE) continue;
    if (std::freopen("NUL", stream.mode, stream.stream) == nullptr) {
      throw_system_error("cannot open NUL", errno);
    }
    ::SetStdHandle(stream.which,
                   reinterpret_cast<HANDLE>(::_get_osfhandle(::_fileno(stream.stream))));
  }
  let_console_show_utf8();
}

}  // namespace healthmetric::platform
