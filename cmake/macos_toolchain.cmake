# Builds for macOS 13 and newer with zig's Clang, linker, system headers and C++ library, and with the libraries of
# scripts/macos-prefix.sh. HEALTHMETRIC_MACOS_PROCESSOR is aarch64 or x86_64.
set(HEALTHMETRIC_MACOS_PROCESSOR aarch64 CACHE STRING "aarch64 or x86_64")
set(HEALTHMETRIC_MACOS_PREFIX ${CMAKE_CURRENT_LIST_DIR}/../build/macos-prefix-${HEALTHMETRIC_MACOS_PROCESSOR}
    CACHE PATH "What scripts/macos-prefix.sh made")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES HEALTHMETRIC_MACOS_PROCESSOR HEALTHMETRIC_MACOS_PREFIX)
set(CMAKE_SYSTEM_NAME Darwin)
set(CMAKE_SYSTEM_PROCESSOR ${HEALTHMETRIC_MACOS_PROCESSOR})

# scripts/install-test-tools.sh installed it.
set(zig ${CMAKE_CURRENT_LIST_DIR}/../build/test-tools/bin/zig)
set(macos_target "-target ${HEALTHMETRIC_MACOS_PROCESSOR}-macos.13.0")
set(CMAKE_C_COMPILER ${zig})
set(CMAKE_C_COMPILER_ARG1 "cc ${macos_target}")
set(CMAKE_CXX_COMPILER ${zig})
set(CMAKE_CXX_COMPILER_ARG1 "c++ ${macos_target}")
set(CMAKE_AR ${zig})
foreach(language C CXX)
  set(CMAKE_${language}_ARCHIVE_CREATE "<CMAKE_AR> ar --format=darwin qcs <TARGET> <OBJECTS>")
  set(CMAKE_${language}_ARCHIVE_APPEND "<CMAKE_AR> ar --format=darwin qs <TARGET> <OBJECTS>")
  set(CMAKE_${language}_ARCHIVE_FINISH "")
endforeach()
# CMake asks for it; it would be for shared libraries, of which there are none.
set(CMAKE_INSTALL_NAME_TOOL false)
# Of the C++ library's parts that are still called experimental: std::jthread.
set(CMAKE_CXX_FLAGS_INIT -D_LIBCPP_ENABLE_EXPERIMENTAL)
set(CMAKE_EXE_LINKER_FLAGS_INIT -s)

set(CMAKE_FIND_ROOT_PATH ${HEALTHMETRIC_MACOS_PREFIX})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
