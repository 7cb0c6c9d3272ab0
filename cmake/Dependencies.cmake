# Debian's packages, and Arrow from the system or from the pinned pyarrow wheel in .deps/.

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n data)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(tl-expected REQUIRED)
find_package(date REQUIRED)
find_package(CURL REQUIRED)
find_package(pugixml REQUIRED)
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)

# libparquet exports 4,266 of libcrypto's names, unversioned. The first library in the list of
# needed ones wins, so libcrypto has to stand before it on every link line.
# tests/linking_test.cc checks the outcome.
add_link_options("LINKER:--no-as-needed" -lcrypto "LINKER:--as-needed")

add_library(ursa_arrow INTERFACE)
add_library(ursa::arrow ALIAS ursa_arrow)
find_package(Arrow QUIET)
find_package(Parquet QUIET)
if(Arrow_FOUND AND Parquet_FOUND)
  target_link_libraries(ursa_arrow INTERFACE Parquet::parquet_shared Arrow::arrow_shared)
  function(ursa_install_arrow target)
  endfunction()
else()
  file(GLOB wheel ${PROJECT_SOURCE_DIR}/.deps/python/lib/python3*/site-packages/pyarrow)
  if(NOT wheel)
    message(FATAL_ERROR "Arrow C++ is neither on this system nor in .deps/: run scripts/setup first.")
  endif()
  file(GLOB arrow_library ${wheel}/libarrow.so.*)
  file(GLOB parquet_library ${wheel}/libparquet.so.*)
  target_include_directories(ursa_arrow SYSTEM INTERFACE ${wheel}/include)
  target_link_libraries(ursa_arrow INTERFACE ${parquet_library} ${arrow_library})
  # CMake's own way ends the search path in an empty entry, which is the working directory: whoever
  # can write there could put a libcrypto beside the data.
  set(CMAKE_SKIP_RPATH TRUE)
  target_link_options(ursa_arrow INTERFACE "LINKER:-rpath,${wheel}")
  # The installed binary carries the two libraries beside it, in a directory of its own.
  function(ursa_install_arrow target)
    install(FILES ${arrow_library} ${parquet_library} DESTINATION ${CMAKE_INSTALL_LIBDIR}/ursa)
    install(CODE "file(RPATH_CHANGE FILE \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}/${target}\"
      OLD_RPATH \"${wheel}\" NEW_RPATH \"\\$ORIGIN/../${CMAKE_INSTALL_LIBDIR}/ursa\")")
  endfunction()
endif()
