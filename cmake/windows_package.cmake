# `cpack -G ZIP` in the build directory for Windows makes what a release offers there.
set(templates ${PROJECT_SOURCE_DIR}/sender/windows/package)
set(made ${PROJECT_BINARY_DIR}/package)

# Lines end as Windows' own editors have them.
configure_file(${PROJECT_SOURCE_DIR}/LICENSE ${made}/LICENSE.txt @ONLY NEWLINE_STYLE CRLF)
configure_file(${templates}/README.txt ${made}/README.txt @ONLY NEWLINE_STYLE CRLF)
configure_file(${templates}/sender.toml ${made}/sender.toml @ONLY NEWLINE_STYLE CRLF)

# The Task Scheduler writes and reads its files in UTF-16 with a mark in front.
configure_file(${templates}/daily-task.xml ${made}/daily-task-utf8.xml @ONLY NEWLINE_STYLE CRLF)
execute_process(COMMAND iconv --from-code UTF-8 --to-code UTF-16 ${made}/daily-task-utf8.xml
                OUTPUT_FILE ${made}/daily-task.xml COMMAND_ERROR_IS_FATAL ANY)

install(FILES ${made}/LICENSE.txt ${made}/README.txt ${made}/sender.toml ${made}/daily-task.xml DESTINATION .)
# Whose code is in the program. All of them must be there.
foreach(package gcc-mingw-w64-base libcli11-dev libcurl4-openssl-dev libfmt-dev libmodpbase64-dev libspdlog-dev
                libsqlite3-dev libtomlplusplus-dev libutf8proc-dev libzstd-dev mingw-w64-x86-64-dev nlohmann-json3-dev)
  install(FILES /usr/share/doc/${package}/copyright RENAME ${package}.txt DESTINATION third-party-licences)
endforeach()

set(CPACK_GENERATOR ZIP)
set(CPACK_PACKAGE_NAME healthmetric-sender)
set(CPACK_PACKAGE_VENDOR "The HealthMetric authors")
set(CPACK_PACKAGE_FILE_NAME healthmetric-sender-${PROJECT_VERSION}-windows-x86_64)
set(CPACK_INCLUDE_TOPLEVEL_DIRECTORY OFF)  # Explorer makes a folder of the zip's name
include(CPack)
