# What Debian's policy asks of a package beyond what is installed elsewhere: compressed manual pages, a
# changelog of the package, and reasons for what lintian finds. CPack runs this before it packs.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
set(share ${CPACK_TEMPORARY_DIRECTORY}/usr/share)
set(documents ${share}/doc/${CPACK_PACKAGE_NAME})

execute_process(COMMAND date --utc --rfc-email --date ${CPACK_HEALTHMETRIC_VERSION_DATE}
                OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
set(version ${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})
file(WRITE ${documents}/changelog.Debian "\
${CPACK_PACKAGE_NAME} (${version}) unstable; urgency=medium

  * Release ${CPACK_PACKAGE_VERSION}; the project's page tells what is new.

 -- ${CPACK_PACKAGE_CONTACT}  ${date}
")
file(MAKE_DIRECTORY ${share}/lintian/overrides)
file(COPY_FILE ${CMAKE_CURRENT_LIST_DIR}/lintian-overrides
     ${share}/lintian/overrides/${CPACK_PACKAGE_NAME})

file(GLOB pages ${share}/man/man*/*)
execute_process(COMMAND gzip --best --no-name ${documents}/changelog.Debian ${pages}
                COMMAND_ERROR_IS_FATAL ANY)
