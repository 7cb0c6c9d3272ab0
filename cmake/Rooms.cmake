# A room is a static library of src/<name>/*.cc with an include path of its own. Its headers are
# included as "<name>/header.h", found through build/rooms/<name>/<name> -> src/<name>, so that an
# include against the arrows does not compile: the other room's path is simply not there.
#
#   ursa_room(<name> [AFTER <room>...] [USES <library>...] [PRIVATE <library>...] [PRECOMPILE <header>])
#
# AFTER: the rooms it may include. USES: libraries that its headers need. PRIVATE: libraries that
# only its sources need. Unit tests, *_test.cc beside the code, become the program <name>_test.
function(ursa_room name)
  cmake_parse_arguments(ROOM "" "PRECOMPILE" "AFTER;USES;PRIVATE" ${ARGN})
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/rooms/${name})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${name} ${PROJECT_BINARY_DIR}/rooms/${name}/${name}
       SYMBOLIC)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  add_library(ursa_${name} STATIC ${sources})
  target_include_directories(ursa_${name} PUBLIC ${PROJECT_BINARY_DIR}/rooms/${name})
  list(TRANSFORM ROOM_AFTER PREPEND ursa_)
  target_link_libraries(ursa_${name} PUBLIC ${ROOM_AFTER} ${ROOM_USES} PRIVATE ursa_flags ${ROOM_PRIVATE})
  if(ROOM_PRECOMPILE)
    target_precompile_headers(ursa_${name} PRIVATE ${PROJECT_SOURCE_DIR}/${ROOM_PRECOMPILE})
  endif()

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ursa_flags ursa_${name} ${ROOM_PRIVATE} GTest::gmock
                                               GTest::gtest_main rapidcheck)
    set_property(GLOBAL APPEND PROPERTY URSA_UNIT_TESTS ${name}_test)
  endif()
endfunction()
