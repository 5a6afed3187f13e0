#include "sender/http/libcurl.hpp"

#include <string>

#include "common/base/error.hpp"
#include "common/platform/dynamic_library.hpp"

namespace healthmetric::http {
namespace {

/// Its ABI has been this one since 2006.
constexpr unsigned kInterface = 4;

Libcurl load_functions() {
  const platform::DynamicLibrary library("curl", kInterface);
  Libcurl curl{};
  library.find("curl_global_init", curl.global_init);
  library.find("curl_global_cleanup", curl.global_cleanup);
  library.find("curl_free", curl.free);
  library.find("curl_getdate", curl.getdate);
  library.find("curl_easy_init", curl.easy_init);
  library.find("curl_easy_cleanup", curl.easy_cleanup);
  library.find("curl_easy_reset", curl.easy_reset);
  library.find("curl_easy_setopt", curl.easy_setopt);
  library.find("curl_easy_getinfo", curl.easy_getinfo);
  library.find("curl_easy_strerror", curl.easy_strerror);
  library.find("curl_multi_init", curl.multi_init);
  library.find("curl_multi_cleanup", curl.multi_cleanup);
  library.find("curl_multi_add_handle", curl.multi_add_handle);
  library.find("curl_multi_remove_handle", curl.multi_remove_handle);
  library.find("curl_multi_perform", curl.multi_perform);
  library.find("curl_multi_poll", curl.multi_poll);
  library.find("curl_multi_info_read", curl.multi_info_read);
  library.find("curl_multi_strerror", curl.multi_strerror);
  library.find("curl_slist_append", curl.slist_append);
  library.find("curl_slist_free_all", curl.slist_free_all);
  library.find("curl_url", curl.url);
  library.find("curl_url_cleanup", curl.url_cleanup);
  library.find("curl_url_get", curl.url_get);
  library.find("curl_url_set", curl.url_set);
  return curl;
}

Libcurl load() {
  try {
    return load_functions();
  } catch (const Error& error) {
    throw Error(error.code(), std::string("libcurl cannot be loaded: ") + error.what() +
                                  "; install it (Debian: the package libcurl4)");
  }
}

}  // namespace

const Libcurl& libcurl() {
  static const Libcurl instance = load();
  return instance;
}

}  // namespace healthmetric::http
