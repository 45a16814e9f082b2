# Where a program's libraries are shared, most of the time that a short run takes is the dynamic
# linker's. With WRIT_STATIC their archives take the place of the imported targets below, all of
# them or, where one is missing or does not link, none:
#
#   fmt::fmt  yaml-cpp  PkgConfig::RE2  PkgConfig::IDN2  OpenSSL::Crypto  SQLite::SQLite3
#
# The C library stays shared: what it loads by name (users, host names, time zones) is the system's.
#
# Sets WRIT_FMT and so on to what is to be linked.

set(WRIT_FMT fmt::fmt)
set(WRIT_YAML yaml-cpp)
set(WRIT_RE2 PkgConfig::RE2)
set(WRIT_IDN2 PkgConfig::IDN2)
set(WRIT_CRYPTO OpenSSL::Crypto)
set(WRIT_SQLITE SQLite::SQLite3)

# A target of the archives that has the headers of the target whose place it takes.
function(writ_archive target of)
  add_library(${target} INTERFACE)
  target_include_directories(${target} INTERFACE
    $<TARGET_PROPERTY:${of},INTERFACE_INCLUDE_DIRECTORIES>)
  target_link_libraries(${target} INTERFACE ${ARGN})
endfunction()

# Sets `missing` to what stands in the way, or to nothing.
macro(writ_find_archives)
  set(missing "")
  foreach(name yaml-cpp re2 idn2 unistring crypto sqlite3)
    find_library(WRIT_ARCHIVE_${name} lib${name}.a)
    mark_as_advanced(WRIT_ARCHIVE_${name})
    if(NOT WRIT_ARCHIVE_${name})
      string(APPEND missing " lib${name}.a")
    endif()
  endforeach()
  # cmake/fmt.cc is of this version's.
  if(NOT fmt_VERSION MATCHES "^9\\.1\\.")
    string(APPEND missing " fmt-9.1")
  endif()
endmacro()

if(WRIT_STATIC)
  writ_find_archives()
  set(archives ${WRIT_ARCHIVE_yaml-cpp} ${WRIT_ARCHIVE_re2} ${WRIT_ARCHIVE_idn2}
    ${WRIT_ARCHIVE_unistring} ${WRIT_ARCHIVE_crypto} ${WRIT_ARCHIVE_sqlite3})
  set(runtime -static-libstdc++ -static-libgcc)
  if(NOT missing AND NOT DEFINED WRIT_ARCHIVES_LINK)
    message(STATUS "Checking whether the libraries' archives link")
    set(CMAKE_TRY_COMPILE_CONFIGURATION Release)
    try_compile(WRIT_ARCHIVES_LINK ${PROJECT_BINARY_DIR}/archives
      SOURCES ${PROJECT_SOURCE_DIR}/cmake/archives.cc ${PROJECT_SOURCE_DIR}/cmake/fmt.cc
      LINK_OPTIONS ${runtime}
      LINK_LIBRARIES ${archives} Threads::Threads m ${CMAKE_DL_LIBS}
      CXX_STANDARD 20)
  endif()
  if(missing)
    message(STATUS "WRIT_STATIC: not found:${missing}; the libraries stay shared")
  elseif(NOT WRIT_ARCHIVES_LINK)
    message(STATUS "WRIT_STATIC: the archives do not link; the libraries stay shared")
  else()
    add_library(writ_fmt STATIC ${PROJECT_SOURCE_DIR}/cmake/fmt.cc)
    target_include_directories(writ_fmt PUBLIC
      $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
    set(WRIT_FMT writ_fmt)
    set(WRIT_YAML writ_yaml)
    set(WRIT_RE2 writ_re2)
    set(WRIT_IDN2 writ_idn2)
    set(WRIT_CRYPTO writ_crypto)
    set(WRIT_SQLITE writ_sqlite)
    writ_archive(writ_yaml yaml-cpp ${WRIT_ARCHIVE_yaml-cpp})
    writ_archive(writ_re2 PkgConfig::RE2 ${WRIT_ARCHIVE_re2} Threads::Threads)
    writ_archive(writ_idn2 PkgConfig::IDN2 ${WRIT_ARCHIVE_idn2} ${WRIT_ARCHIVE_unistring})
    writ_archive(writ_crypto OpenSSL::Crypto
      ${WRIT_ARCHIVE_crypto} Threads::Threads ${CMAKE_DL_LIBS})
    writ_archive(writ_sqlite SQLite::SQLite3
      ${WRIT_ARCHIVE_sqlite3} Threads::Threads m ${CMAKE_DL_LIBS})
    add_link_options(${runtime})
    message(STATUS "WRIT_STATIC: the libraries but the C library are linked into the program")
  endif()
endif()
