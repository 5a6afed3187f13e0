# The tests in Python: whole programs, the commit script, the local GitHub. They use the
# distribution's own interpreter, for that is the one its pytest package is for.
find_program(HEALTHMETRIC_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(HEALTHMETRIC_PYTHON python3 REQUIRED)

# healthmetric_python_test(<name> <file> <sender> <build folder> [<property> <value>...])
function(healthmetric_python_test name file sender build)
  add_test(NAME python/${name}
           COMMAND ${HEALTHMETRIC_PYTHON} -m pytest -q -p no:cacheprovider
                   -p outcomes.recording -p outcomes.scratch --rootdir ${PROJECT_SOURCE_DIR} ${file}
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(python/${name} PROPERTIES
    TIMEOUT 1800
    ENVIRONMENT "PYTHONPATH=${CMAKE_CURRENT_SOURCE_DIR};PYTHONDONTWRITEBYTECODE=1;\
HEALTHMETRIC_SENDER=${sender};\
HEALTHMETRIC_RECEIVER=$<TARGET_FILE:healthmetric-receiver>;\
HEALTHMETRIC_BUILD=${build};\
HEALTHMETRIC_OUTCOMES=${build}/outcomes"
    ${ARGN})
endfunction()

# healthmetric_python_tests(<folder of tests/> [<build folder> [<property> <value>...]]): a test a file, so that they
# run side by side.
function(healthmetric_python_tests folder)
  list(POP_FRONT ARGN build)
  if(NOT build)
    set(build ${PROJECT_BINARY_DIR})
  endif()
  file(GLOB files CONFIGURE_DEPENDS ${folder}/test_*.py)
  foreach(file ${files})
    get_filename_component(name ${file} NAME_WE)
    string(REGEX REPLACE "^test_" "" name ${name})
    healthmetric_python_test(${folder}/${name} ${file} $<TARGET_FILE:healthmetric-sender> ${build} ${ARGN})
  endforeach()
endfunction()

# The slowest first, so that in the end none is left to run alone.
healthmetric_python_tests(system)
healthmetric_python_tests(workflow)
healthmetric_python_tests(cli)
healthmetric_python_tests(github_server)
healthmetric_python_tests(openapi)
healthmetric_python_tests(package)
healthmetric_python_tests(bench)
healthmetric_python_tests(outcomes)
# The sender for Windows under Wine, which scripts/test-windows.sh builds and runs.
set(windows_build ${PROJECT_SOURCE_DIR}/build/windows)
healthmetric_python_tests(windows ${windows_build} LABELS windows)
# What the sender for Linux must do, it is put to as well: these files of tests/cli, but for what
# tests/cli/not-under-wine.txt lists.
set(HEALTHMETRIC_UNDER_WINE
  changed_only delivered doctor first_contact gone heartbeat inbox_branch messages outbox_commands overdue receipts
  sender_addresses sender_config sender_delivery sender_files sender_ignore_lines sender_input sender_outbox
  sender_output sender_own_files sender_plan sender_retry sender_selection sender_texts signals token_end)
foreach(name IN LISTS HEALTHMETRIC_UNDER_WINE)
  healthmetric_python_test(cli-under-wine/${name} ${CMAKE_CURRENT_SOURCE_DIR}/cli/test_${name}.py
    ${windows_build}/sender/healthmetric-sender.exe ${windows_build} LABELS windows)
endforeach()

# Half an hour, and as long again to find the fewest steps that fail.
set_tests_properties(python/system/random_life python/system/way_back PROPERTIES TIMEOUT 3600)
