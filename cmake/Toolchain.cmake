# Compiler, linker and sanitizer settings shared by every target.
set(VARDVAKT_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_C_COMPILER_LAUNCHER})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()

add_library(vardvakt_options INTERFACE)
target_compile_options(vardvakt_options INTERFACE -Wall -Wextra -Werror -Wno-missing-field-initializers -Wnon-virtual-dtor -Woverloaded-virtual
  -fstack-protector-strong $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>)
# NDEBUG as Debian's gRPC and absl were built: their inline code must agree with their binaries in every preset.
target_compile_definitions(vardvakt_options INTERFACE _GLIBCXX_ASSERTIONS NDEBUG)
if(VARDVAKT_SANITIZE)
  add_compile_options(-fsanitize=${VARDVAKT_SANITIZE} -fno-sanitize-recover=all -fno-sanitize=vptr)
  add_link_options(-fsanitize=${VARDVAKT_SANITIZE})
else()
  target_compile_definitions(vardvakt_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
endif()
