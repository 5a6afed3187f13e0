# The libraries for macOS, where it is built for on another system.
set(prefix ${HEALTHMETRIC_MACOS_PREFIX})
if(NOT EXISTS ${prefix}/versions)
  message(FATAL_ERROR "There are no libraries for macOS in ${prefix}: run scripts/macos-prefix.sh")
endif()
include(${CMAKE_CURRENT_LIST_DIR}/prefix_libraries.cmake)

# Of libcurl only the headers: see libcurl.hpp.
set(CURL_INCLUDE_DIRS ${prefix}/include)
healthmetric_library(healthmetric_libedit ${CMAKE_CURRENT_LIST_DIR}/macos_libedit.tbd)
