// libcurl sets options through variadic functions, which Swift cannot call: one typed function per kind of argument.
#ifndef ASTERISM_CCURL_H
#define ASTERISM_CCURL_H

#include <curl/curl.h>

static inline CURLcode asterism_easy_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode asterism_easy_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode asterism_easy_set_pointer(CURL *handle, CURLoption option, const void *value) {
    return curl_easy_setopt(handle, option, value);
}

#endif
