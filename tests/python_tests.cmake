# The tests in Python: whole programs, the commit script, the local GitHub. They use the
# distribution's own interpreter, for that is the one its pytest package is for.
find_program(HEALTHMETRIC_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
find_program(HEALTHMETRIC_PYTHON python3 REQUIRED)

# healthmetric_python_test(<folder of tests/>)
function(healthmetric_python_test folder)
  add_test(NAME python/${folder}
           COMMAND ${HEALTHMETRIC_PYTHON} -m pytest -q -p no:cacheprovider
                   ${CMAKE_CURRENT_SOURCE_DIR}/${folder}
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(python/${folder} PROPERTIES
    TIMEOUT 1800
    ENVIRONMENT "PYTHONPATH=${CMAKE_CURRENT_SOURCE_DIR};PYTHONDONTWRITEBYTECODE=1;\
HEALTHMETRIC_SENDER=$<TARGET_FILE:healthmetric-sender>;\
HEALTHMETRIC_RECEIVER=$<TARGET_FILE:healthmetric-receiver>;\
HEALTHMETRIC_BUILD=${PROJECT_BINARY_DIR}")
endfunction()

healthmetric_python_test(openapi)
healthmetric_python_test(github_server)
healthmetric_python_test(workflow)
healthmetric_python_test(cli)
