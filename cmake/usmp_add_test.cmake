# usmp_add_test and usmp_add_fuzzer: a test or fuzzer from its sources, in one call.
# Not for scripts that test: those are add_test() where they stand.

if(USMP_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()

# usmp_add_test(NAME name SOURCES file… [LIBS target…] [DEFINES definition…] [LABEL label]
#               [TIMEOUT seconds] [OWN_MAIN])
# A GoogleTest program; each of its tests is one for ctest, named `name.Suite.test`. LABEL slow
# keeps it for `scripts/test.sh --all`. OWN_MAIN: the sources bring their own main().
# The sources see USMP_SPEC_DIR, the path of spec/.
function(usmp_add_test)
  cmake_parse_arguments(arg "OWN_MAIN" "NAME;LABEL;TIMEOUT" "SOURCES;LIBS;DEFINES" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "usmp_add_test: wrong arguments: ${ARGN}")
  endif()
  if(NOT arg_LABEL)
    set(arg_LABEL test)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_compile_definitions(${arg_NAME} PRIVATE USMP_SPEC_DIR="${USMP_SPEC_DIR}" ${arg_DEFINES})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBS} usmp_warnings)
  if(arg_OWN_MAIN)
    target_link_libraries(${arg_NAME} PRIVATE GTest::gtest)
  else()
    target_link_libraries(${arg_NAME} PRIVATE GTest::gtest_main)
  endif()
  gtest_discover_tests(${arg_NAME}
    TEST_PREFIX ${arg_NAME}.
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT})
endfunction()

# usmp_add_fuzzer(NAME name SOURCES file… [LIBS target…] [DEFINES definition…])
# A libFuzzer program in build/…/fuzzers/ (preset fuzz), and a test fuzz.<name> that runs it for its
# share of USMP_FUZZ_SECONDS. Its corpus is tests/fuzz/corpus/<name>/, if that exists. The target
# usmp_fuzzers builds all.
function(usmp_add_fuzzer)
  cmake_parse_arguments(arg "" "NAME" "SOURCES;LIBS;DEFINES" ${ARGN})
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "usmp_add_fuzzer: wrong arguments: ${ARGN}")
  endif()
  add_executable(${arg_NAME} ${arg_SOURCES})
  target_compile_definitions(${arg_NAME} PRIVATE USMP_SPEC_DIR="${USMP_SPEC_DIR}" ${arg_DEFINES})
  target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBS} usmp_warnings)
  target_link_options(${arg_NAME} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${arg_NAME} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzzers")
  if(NOT TARGET usmp_fuzzers)
    add_custom_target(usmp_fuzzers)
  endif()
  add_dependencies(usmp_fuzzers ${arg_NAME})
  add_test(NAME fuzz.${arg_NAME}
    COMMAND "${CMAKE_SOURCE_DIR}/scripts/run_fuzzer.sh" "$<TARGET_FILE:${arg_NAME}>"
            "${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${arg_NAME}")
  set_tests_properties(fuzz.${arg_NAME} PROPERTIES LABELS fuzz TIMEOUT 7200)
endfunction()
