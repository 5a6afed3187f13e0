# Builds for Windows 10 and newer with Debian's MinGW-w64, and with the libraries of scripts/windows-prefix.sh.
# Everything is linked statically: the program needs nothing but Windows' own libraries.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
# With threads of the C++ library, which the other variant of the compiler lacks.
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix)
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-g++-posix)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)

set(HEALTHMETRIC_WINDOWS_PREFIX ${CMAKE_CURRENT_LIST_DIR}/../build/windows-prefix CACHE PATH
    "What scripts/windows-prefix.sh made")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES HEALTHMETRIC_WINDOWS_PREFIX)
set(CMAKE_FIND_ROOT_PATH ${HEALTHMETRIC_WINDOWS_PREFIX} /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Windows 10 is the oldest, also for the headers.
set(windows_headers "-D_WIN32_WINNT=0x0A00 -DWINVER=0x0A00 -DWIN32_LEAN_AND_MEAN")
set(CMAKE_C_FLAGS_INIT ${windows_headers})
set(CMAKE_CXX_FLAGS_INIT ${windows_headers})
set(CMAKE_EXE_LINKER_FLAGS_INIT "-static -fstack-protector-strong")
