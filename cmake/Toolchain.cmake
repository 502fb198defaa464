# Compiler, linker and sanitizer settings shared by every target.
set(VARDVAKT_SANITIZE "" CACHE STRING "Sanitizers to build with, e.g. address,undefined")

# The cache is shared by all checkouts: paths below the project are hashed relative to the build folder, and the
# folder itself is not hashed. The sloppiness is what precompiled headers need; files made by protoc seconds ago
# count as unchanged while they are.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  foreach(language C CXX)
    set(CMAKE_${language}_COMPILER_LAUNCHER env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
  endforeach()
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
add_link_options(-Wl,-z,relro,-z,now)

add_library(vardvakt_options INTERFACE)
# A designated initializer names what differs from the defaults: that the rest is missing is the point.
target_compile_options(vardvakt_options INTERFACE -Wall -Wextra -Werror -Wno-missing-field-initializers
  $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor$<SEMICOLON>-Woverloaded-virtual>
  -fstack-protector-strong -fno-omit-frame-pointer)
# NDEBUG as Debian's gRPC and absl were built: their inline code must agree with their binaries in every preset.
target_compile_definitions(vardvakt_options INTERFACE _GLIBCXX_ASSERTIONS NDEBUG)
if(VARDVAKT_SANITIZE)
  # vptr needs the type information of libraries that were built without it. With sanitizers GCC 12 takes values
  # for uninitialized that are not: a warning there is no error.
  add_compile_options(-fsanitize=${VARDVAKT_SANITIZE} -fno-sanitize-recover=all -fno-sanitize=vptr
    -Wno-error=maybe-uninitialized)
  add_link_options(-fsanitize=${VARDVAKT_SANITIZE})
else()
  target_compile_definitions(vardvakt_options INTERFACE $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
endif()
