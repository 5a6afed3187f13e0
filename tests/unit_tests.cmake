# The unit tests: one program a library, from every <room>_test.cpp in the folder of its name.
find_package(Catch2 QUIET)
if(NOT Catch2_FOUND)
  message(NOTICE "Catch2 is not installed: the unit tests are left out "
                 "(scripts/install-packages.sh test)")
  return()
endif()
include(Catch)

add_library(healthmetric_test_support STATIC support/main.cpp)
# GCC 12 misreads std::regex, which Catch2 2 includes, once sanitizers are in.
set_source_files_properties(support/main.cpp PROPERTIES
  COMPILE_OPTIONS $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
target_include_directories(healthmetric_test_support PUBLIC ${PROJECT_SOURCE_DIR})
target_link_libraries(healthmetric_test_support PUBLIC healthmetric_options Catch2::Catch2)

# healthmetric_unit_tests(<folder of tests/, which is also the library's name>)
function(healthmetric_unit_tests folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${folder}_tests ${sources})
  target_link_libraries(${folder}_tests PRIVATE healthmetric_${folder} healthmetric_test_support)
  # Each test file has helpers of its own, some of the same name; where several sources are built as one, what
  # most of them include is read once all the same.
  set_target_properties(${folder}_tests PROPERTIES UNITY_BUILD OFF)
  if(CMAKE_UNITY_BUILD)
    target_precompile_headers(${folder}_tests PRIVATE
      ${PROJECT_SOURCE_DIR}/tests/support/catch.hpp ${PROJECT_SOURCE_DIR}/tests/support/errors.hpp
      ${PROJECT_SOURCE_DIR}/common/text/json.hpp)
  endif()
  # The libraries are optimised; of the tests themselves, compiling takes longer than running.
  target_compile_options(${folder}_tests PRIVATE
                         $<$<CONFIG:Release>:-O1> $<$<CONFIG:RelWithDebInfo>:-O0>)
  catch_discover_tests(${folder}_tests TEST_PREFIX "${folder}/" PROPERTIES TIMEOUT 120)
endfunction()

healthmetric_unit_tests(common)
healthmetric_unit_tests(sender)
healthmetric_unit_tests(receiver)
