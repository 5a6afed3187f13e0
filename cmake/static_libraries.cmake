# Links what the packages offer as a static library that way, from here on: the shared ones take
# twice as long to load as a small batch takes to pack. libmodpbase64 comes as a shared one only;
# the C library stays the system's, and so does libcurl, which is loaded at need.
list(INSERT CMAKE_FIND_LIBRARY_SUFFIXES 0 .a)
set(OPENSSL_USE_STATIC_LIBS ON)
string(APPEND CMAKE_EXE_LINKER_FLAGS " -static-libstdc++ -static-libgcc")
