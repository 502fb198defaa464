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

# vardvakt_test(NAME SOURCES ... DEPS ...): a GoogleTest program bin/tests/NAME, registered with ctest as a whole.
# LABELS: `unit` (default; also run under the sanitizers) or `integration` (starts real servers).
function(vardvakt_test name)
  cmake_parse_arguments(A "" "LABEL" "SOURCES;DEPS" ${ARGN})
  if(NOT A_LABEL)
    set(A_LABEL unit)
  endif()
  add_executable(${name} ${A_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin/tests)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${A_DEPS} vardvakt_options GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS ${A_LABEL} TIMEOUT 900)
endfunction()
