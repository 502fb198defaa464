# vardvakt_library(NAME SOURCES ... DEPS ...): a static library `vardvakt_NAME`; headers are included from the
# project's root ("lib/domain/event.h").
function(vardvakt_library name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_library(vardvakt_${name} STATIC ${A_SOURCES})
  target_include_directories(vardvakt_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(vardvakt_${name} PUBLIC ${A_DEPS} PRIVATE vardvakt_options)
endfunction()

# vardvakt_executable(NAME SOURCES ... DEPS ...): a program bin/NAME.
function(vardvakt_executable name)
  cmake_parse_arguments(A "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${A_DEPS} vardvakt_options)
endfunction()

# vardvakt_test(NAME SOURCES ... DEPS ... [LABEL label]): a GoogleTest program bin/tests/NAME, registered with ctest
# as a whole. LABEL: `unit` (default; also run under the sanitizers) or `integration` (starts real servers; left out
# of scripts/test --fast). Its cases are written to test-results/NAME.xml, where scripts/test counts them.
# The target `unit_tests` builds every program labelled `unit`.
add_custom_target(unit_tests)

set(VARDVAKT_TEST_ENVIRONMENT "")
if(VARDVAKT_SANITIZE)
  list(APPEND VARDVAKT_TEST_ENVIRONMENT
    # Containers cross the border to libraries that do not annotate them.
    ASAN_OPTIONS=detect_container_overflow=0:detect_leaks=1
    LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/sanitizers/lsan.supp:print_suppressions=0
    UBSAN_OPTIONS=print_stacktrace=1)
endif()

function(vardvakt_test name)
  cmake_parse_arguments(A "" "LABEL" "SOURCES;DEPS" ${ARGN})
  if(NOT A_LABEL)
    set(A_LABEL unit)
  endif()
  if(NOT A_LABEL MATCHES "^(unit|integration)$")
    message(FATAL_ERROR "vardvakt_test(${name}): LABEL must be unit or integration, not '${A_LABEL}'")
  endif()
  add_executable(${name} ${A_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin/tests)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${A_DEPS} vardvakt_options GTest::gmock GTest::gtest_main)
  if(A_LABEL STREQUAL "unit")
    add_dependencies(unit_tests ${name})
  endif()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${A_LABEL} TIMEOUT 900
    ENVIRONMENT "GTEST_OUTPUT=xml:${CMAKE_BINARY_DIR}/test-results/${name}.xml;${VARDVAKT_TEST_ENVIRONMENT}")
endfunction()
