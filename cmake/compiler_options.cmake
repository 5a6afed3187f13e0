# Warnings are errors in our own code; headers of others come in as system headers.
add_library(healthmetric_options INTERFACE)
target_compile_options(healthmetric_options INTERFACE
  -Werror -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wnull-dereference -Wdouble-promotion
  -Wno-missing-field-initializers -Wformat=2 -Wimplicit-fallthrough -Wundef -fstack-protector-strong)
# GCC 12 sees overlaps that are not there in string concatenation (GCC bug 105651).
target_compile_options(healthmetric_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
# Where several sources are built as one, GCC takes them for headers, which should have no anonymous namespaces.
if(CMAKE_UNITY_BUILD)
  target_compile_options(healthmetric_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
target_include_directories(healthmetric_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(healthmetric_options INTERFACE
  $<$<CONFIG:Release>:_FORTIFY_SOURCE=2> _FILE_OFFSET_BITS=64)

if(HEALTHMETRIC_SANITIZE)
  target_compile_options(healthmetric_options INTERFACE
    -fsanitize=${HEALTHMETRIC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # GCC's null analysis does not understand the code the sanitizers insert.
    -Wno-null-dereference)
  target_link_options(healthmetric_options INTERFACE -fsanitize=${HEALTHMETRIC_SANITIZE})
endif()

if(HEALTHMETRIC_FUZZ)
  target_compile_options(healthmetric_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
