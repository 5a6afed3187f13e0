# The tests in Python: whole programs, the commit script, the local GitHub. They use the
# distribution's own interpreter, for that is the one its pytest package is for.
find_program(HEALTHMETRIC_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(HEALTHMETRIC_PYTHON python3 REQUIRED)

# healthmetric_python_tests(<folder of tests/> [<property> <value>]...): a test a file, so that they run side by side.
function(healthmetric_python_tests folder)
  file(GLOB files CONFIGURE_DEPENDS ${folder}/test_*.py)
  foreach(file ${files})
    get_filename_component(name ${file} NAME_WE)
    string(REGEX REPLACE "^test_" "" name ${name})
    add_test(NAME python/${folder}/${name}
             COMMAND ${HEALTHMETRIC_PYTHON} -m pytest -q -p no:cacheprovider
                     -p outcomes.recording -p outcomes.scratch --rootdir ${PROJECT_SOURCE_DIR} ${file}
             WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(python/${folder}/${name} PROPERTIES
      TIMEOUT 1800
      ENVIRONMENT "PYTHONPATH=${CMAKE_CURRENT_SOURCE_DIR};PYTHONDONTWRITEBYTECODE=1;\
HEALTHMETRIC_SENDER=$<TARGET_FILE:healthmetric-sender>;\
HEALTHMETRIC_RECEIVER=$<TARGET_FILE:healthmetric-receiver>;\
HEALTHMETRIC_BUILD=${PROJECT_BINARY_DIR};\
HEALTHMETRIC_OUTCOMES=${PROJECT_BINARY_DIR}/outcomes"
      ${ARGN})
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
# The sender for Windows, which a build of its own makes, under Wine.
healthmetric_python_tests(windows LABELS long)

# Half an hour, and as long again to find the fewest steps that fail.
set_tests_properties(python/system/random_life python/system/way_back PROPERTIES TIMEOUT 3600)
