# Every library comes from the distribution's packages; scripts/packages.txt names them.
find_package(CURL 7.87 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(libedit REQUIRED IMPORTED_TARGET libedit>=3.1)
# libmodpbase64 ships neither a CMake package nor a pkg-config file.
find_path(MODPBASE64_INCLUDE_DIR modp_b64.h REQUIRED)
find_library(MODPBASE64_LIBRARY modpbase64 REQUIRED)

if(HEALTHMETRIC_PORTABLE)
  include(${CMAKE_CURRENT_LIST_DIR}/portable.cmake)
endif()
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3>=3.37)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd>=1.4.8)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc>=2.5)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus>=3.3)

add_library(modpbase64 INTERFACE IMPORTED)
target_include_directories(modpbase64 SYSTEM INTERFACE ${MODPBASE64_INCLUDE_DIR})
target_link_libraries(modpbase64 INTERFACE ${MODPBASE64_LIBRARY})

# {fmt} and spdlog are compiled in where the programs must do without their shared libraries.
add_library(healthmetric_spdlog INTERFACE)
if(HEALTHMETRIC_PORTABLE)
  find_package(Threads REQUIRED)
  target_compile_definitions(healthmetric_spdlog INTERFACE FMT_HEADER_ONLY SPDLOG_FMT_EXTERNAL)
  target_link_libraries(healthmetric_spdlog INTERFACE Threads::Threads)
else()
  target_link_libraries(healthmetric_spdlog INTERFACE spdlog::spdlog)
endif()
