# For programs that run on machines without our libraries: in the tarball of a release, and in a
# cache that a workflow fills. What the packages offer as a static library is linked that way from
# here on. libmodpbase64 comes as a shared one only and goes into lib/ beside bin/. The C library
# stays the system's, and for the sender libcurl and libedit, whose own dependencies have no end.
list(INSERT CMAKE_FIND_LIBRARY_SUFFIXES 0 .a)
set(OPENSSL_USE_STATIC_LIBS ON)
string(APPEND CMAKE_EXE_LINKER_FLAGS " -static-libstdc++ -static-libgcc")

set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib")
# The programs look for the name in the library's header, which is that of a link to it.
file(GLOB links ${MODPBASE64_LIBRARY}.*)
install(FILES ${links} DESTINATION lib COMPONENT receiver)
