# `cpack -G DEB` and `cpack -G TGZ` in a build directory make what a release offers.
install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
# Whose code is in the programs: headers always, libraries where HEALTHMETRIC_STATIC links them.
foreach(package libbsd-dev libcli11-dev libedit-dev libfmt-dev libmd-dev libmodpbase64-dev
                libncurses-dev libspdlog-dev libsqlite3-dev libssl-dev libtomlplusplus-dev
                libutf8proc-dev libzstd-dev nlohmann-json3-dev)
  install(FILES /usr/share/doc/${package}/copyright RENAME ${package}.copyright OPTIONAL
          DESTINATION ${CMAKE_INSTALL_DOCDIR}/third-party)
endforeach()

set(CPACK_PACKAGE_NAME healthmetric)
set(CPACK_PACKAGE_CONTACT "The HealthMetric authors <healthmetric@users.noreply.github.com>")
set(CPACK_PACKAGE_VENDOR "The HealthMetric authors")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
string(TOLOWER ${CMAKE_SYSTEM_NAME} system)
set(CPACK_PACKAGE_FILE_NAME healthmetric-${PROJECT_VERSION}-${system}-${CMAKE_SYSTEM_PROCESSOR})

# A package is for the distribution it was built on: its libraries have other names elsewhere.
cmake_host_system_information(RESULT distribution QUERY DISTRIB_INFO)
set(distribution ${distribution_ID}${distribution_VERSION_ID})
set(CPACK_DEBIAN_PACKAGE_RELEASE 1~${distribution})
# Not DEB-DEFAULT: GitHub puts a dot for the "~" in the name of a release's file.
find_program(DPKG dpkg)
if(DPKG)
  execute_process(COMMAND ${DPKG} --print-architecture OUTPUT_VARIABLE architecture
                  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set(CPACK_DEBIAN_FILE_NAME healthmetric_${PROJECT_VERSION}_${distribution}_${architecture}.deb)
endif()
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libcurl4 (>= 7.87)")  # loaded at need, so not found by itself
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, git")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "\
Carries folders of health data into a GitHub repository, in batches.\n\
healthmetric-sender packs and uploads, healthmetric-receiver verifies\n\
and unpacks.")
set(CPACK_HEALTHMETRIC_VERSION_DATE ${HEALTHMETRIC_VERSION_DATE})
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian/complete.cmake)
include(CPack)
