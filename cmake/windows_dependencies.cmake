# The libraries for Windows.
set(prefix ${HEALTHMETRIC_WINDOWS_PREFIX})
if(NOT EXISTS ${prefix}/versions)
  message(FATAL_ERROR "There are no libraries for Windows in ${prefix}: run scripts/windows-prefix.sh")
endif()
include(${CMAKE_CURRENT_LIST_DIR}/prefix_libraries.cmake)

healthmetric_library(healthmetric_libcurl libcurl.a ws2_32 crypt32 bcrypt normaliz)
target_compile_definitions(healthmetric_libcurl INTERFACE CURL_STATICLIB)
# Lines of logs end as elsewhere.
target_compile_definitions(healthmetric_spdlog INTERFACE "SPDLOG_EOL=\"\\n\"")
