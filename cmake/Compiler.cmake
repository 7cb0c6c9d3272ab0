# Flags for our own code, ccache, sanitizers and coverage.

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers carry time stamps and macros that ccache must be told to pass over; one
  # clone's objects serve another clone.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

add_library(ursa_flags INTERFACE)
target_compile_options(ursa_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees overlaps and overflows in std::string's own code (GCC bug 105329).
  target_compile_options(ursa_flags INTERFACE -Wno-restrict -Wno-stringop-overflow)
  # ccache needs the preprocessor to name the precompiled header instead of swallowing it.
  target_compile_options(ursa_flags INTERFACE -fpch-preprocess)
endif()

if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # clang++ means more by -Wconversion than g++, which decides here.
  target_compile_options(ursa_flags INTERFACE -Wno-sign-conversion -Wno-implicit-int-float-conversion)
endif()

if(URSA_SANITIZE)
  # -O1: template-heavy units take four times as long to compile at -O2 with sanitizers.
  add_compile_options(-O1 -g1 -fno-omit-frame-pointer -fsanitize=${URSA_SANITIZE}
                      -fno-sanitize-recover=all)
  # g++ 12 warns of std::variant's own code once it is instrumented (GCC bug 105562).
  target_compile_options(ursa_flags
                         INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  add_link_options(-fsanitize=${URSA_SANITIZE})
endif()
if(URSA_FUZZ)
  # Every room tells the fuzzers which branches an input took; fuzz/ links their main.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(URSA_COVERAGE)
  add_compile_options(--coverage -O0)
  add_link_options(--coverage)
endif()
