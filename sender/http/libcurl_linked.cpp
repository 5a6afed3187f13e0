#include "sender/http/libcurl.hpp"

/// Where the library is linked statically: on Windows, which has none of its own.

namespace healthmetric::http {

const Libcurl& libcurl() {
  static constexpr Libcurl kLinked{
      .global_init = curl_global_init,
      .global_cleanup = curl_global_cleanup,
      .free = curl_free,
      .getdate = curl_getdate,
      .easy_init = curl_easy_init,
      .easy_cleanup = curl_easy_cleanup,
      .easy_reset = curl_easy_reset,
      .easy_setopt = curl_easy_setopt,
      .easy_getinfo = curl_easy_getinfo,
      .easy_strerror = curl_easy_strerror,
      .multi_init = curl_multi_init,
      .multi_cleanup = curl_multi_cleanup,
      .multi_add_handle = curl_multi_add_handle,
      .multi_remove_handle = curl_multi_remove_handle,
      .multi_perform = curl_multi_perform,
      .multi_poll = curl_multi_poll,
      .multi_info_read = curl_multi_info_read,
      .multi_strerror = curl_multi_strerror,
      .slist_append = curl_slist_append,
      .slist_free_all = curl_slist_free_all,
      .url = curl_url,
      .url_cleanup = curl_url_cleanup,
      .url_get = curl_url_get,
      .url_set = curl_url_set,
  };
  return kLinked;
}

}  // namespace healthmetric::http
