#include "sender/http/libcurl.hpp"

#include <dlfcn.h>

#include <string>

#include "common/base/error.hpp"
#include "common/base/printable.hpp"

namespace healthmetric::http {
namespace {

/// Its ABI has been this one since 2006.
constexpr const char* kName = "libcurl.so.4";

[[noreturn]] void throw_loader_error() {
  const char* why = dlerror();
  throw Error(ErrorCode::io, std::string("libcurl cannot be loaded: ") +
                                 printable(why == nullptr ? kName : why) +
                                 "; install it (Debian: the package libcurl4)");
}

template <typename Function>
void find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  if (function == nullptr) throw_loader_error();
}

Libcurl load() {
  void* const library = dlopen(kName, RTLD_LAZY);
  if (library == nullptr) throw_loader_error();
  Libcurl curl{};
  find(library, "curl_global_init", curl.global_init);
  find(library, "curl_global_cleanup", curl.global_cleanup);
  find(library, "curl_free", curl.free);
  find(library, "curl_getdate", curl.getdate);
  find(library, "curl_easy_init", curl.easy_init);
  find(library, "curl_easy_cleanup", curl.easy_cleanup);
  find(library, "curl_easy_reset", curl.easy_reset);
  find(library, "curl_easy_setopt", curl.easy_setopt);
  find(library, "curl_easy_getinfo", curl.easy_getinfo);
  find(library, "curl_easy_strerror", curl.easy_strerror);
  find(library, "curl_multi_init", curl.multi_init);
  find(library, "curl_multi_cleanup", curl.multi_cleanup);
  find(library, "curl_multi_add_handle", curl.multi_add_handle);
  find(library, "curl_multi_remove_handle", curl.multi_remove_handle);
  find(library, "curl_multi_perform", curl.multi_perform);
  find(library, "curl_multi_poll", curl.multi_poll);
  find(library, "curl_multi_info_read", curl.multi_info_read);
  find(library, "curl_multi_strerror", curl.multi_strerror);
  find(library, "curl_slist_append", curl.slist_append);
  find(library, "curl_slist_free_all", curl.slist_free_all);
  find(library, "curl_url", curl.url);
  find(library, "curl_url_cleanup", curl.url_cleanup);
  find(library, "curl_url_get", curl.url_get);
  find(library, "curl_url_set", curl.url_set);
  return curl;
}

}  // namespace

const Libcurl& libcurl() {
  static const Libcurl instance = load();
  return instance;
}

}  // namespace healthmetric::http
