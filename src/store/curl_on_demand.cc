// libcurl, loaded where a bucket is asked for and not before.
//
// It brings thirty libraries along (two more TLS stacks, LDAP, Kerberos): a third of what the
// program's start costs, and a laboratory in a directory needs none of it. The functions below
// stand in for libcurl's of the same names; the first call loads the library and hands the call on.
// One that is used and missing here is no error: the linker then takes libcurl itself, as it would
// have without this file, and only the time is lost (tests/linking_test.cc notices).
//
// Where libcurl can't be loaded, every request fails with a sentence that says so.

// The header's checks of what options are given are macros of the names defined here.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>

#include <cstdarg>

#undef curl_easy_getinfo
#undef curl_easy_setopt

namespace {

void* Library() {
  static void* const library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  return library;
}

// The library's own function; null where there is no library.
template <typename Function>
Function* Find(Function* /*stand_in*/, const char* name) {
  return Library() == nullptr ? nullptr : reinterpret_cast<Function*>(dlsym(Library(), name));
}

// Calls the library's function, or returns what says that there is none.
template <typename Result, typename Function, typename... Arguments>
Result CallOr(Result otherwise, Function* function, Arguments... arguments) {
  return function == nullptr ? otherwise : function(arguments...);
}

template <typename Function, typename... Arguments>
void Call(Function* function, Arguments... arguments) {
  if (function != nullptr) {
    function(arguments...);
  }
}

}  // namespace

// Each looks its function up once.
#define URSA_CURL(name) static auto* const function = Find(&name, #name)

extern "C" {

CURLcode curl_global_init(long flags) {
  URSA_CURL(curl_global_init);
  return CallOr(CURLE_FAILED_INIT, function, flags);
}

CURL* curl_easy_init() {
  URSA_CURL(curl_easy_init);
  return CallOr(static_cast<CURL*>(nullptr), function);
}

void curl_easy_cleanup(CURL* handle) {
  URSA_CURL(curl_easy_cleanup);
  Call(function, handle);
}

void curl_easy_reset(CURL* handle) {
  URSA_CURL(curl_easy_reset);
  Call(function, handle);
}

CURLcode curl_easy_perform(CURL* handle) {
  URSA_CURL(curl_easy_perform);
  return CallOr(CURLE_FAILED_INIT, function, handle);
}

const char* curl_easy_strerror(CURLcode code) {
  URSA_CURL(curl_easy_strerror);
  return CallOr("the library libcurl.so.4 can't be loaded: install it", function, code);
}

// An option's or a result's argument is a pointer, a long or a curl_off_t: each of one word, which
// every 64-bit ABI passes on alike.
static_assert(sizeof(long) == sizeof(void*) && sizeof(curl_off_t) == sizeof(void*));

// An enumerator is passed as an unsigned int, which is what both enumerations are made of; clang
// warns of the difference in name.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wvarargs"

CURLcode curl_easy_setopt(CURL* handle, CURLoption option, ...) {
  URSA_CURL(curl_easy_setopt);
  va_list arguments;
  va_start(arguments, option);
  void* const value = va_arg(arguments, void*);
  va_end(arguments);
  return CallOr(CURLE_FAILED_INIT, function, handle, option, value);
}

CURLcode curl_easy_getinfo(CURL* handle, CURLINFO info, ...) {
  URSA_CURL(curl_easy_getinfo);
  va_list arguments;
  va_start(arguments, info);
  void* const value = va_arg(arguments, void*);
  va_end(arguments);
  return CallOr(CURLE_FAILED_INIT, function, handle, info, value);
}

#pragma GCC diagnostic pop

curl_slist* curl_slist_append(curl_slist* list, const char* text) {
  URSA_CURL(curl_slist_append);
  return CallOr(static_cast<curl_slist*>(nullptr), function, list, text);
}

void curl_slist_free_all(curl_slist* list) {
  URSA_CURL(curl_slist_free_all);
  Call(function, list);
}

CURLU* curl_url() {
  URSA_CURL(curl_url);
  return CallOr(static_cast<CURLU*>(nullptr), function);
}

void curl_url_cleanup(CURLU* url) {
  URSA_CURL(curl_url_cleanup);
  Call(function, url);
}

CURLUcode curl_url_get(CURLU* url, CURLUPart part, char** text, unsigned flags) {
  URSA_CURL(curl_url_get);
  return CallOr(CURLUE_OUT_OF_MEMORY, function, url, part, text, flags);
}

CURLUcode curl_url_set(CURLU* url, CURLUPart part, const char* text, unsigned flags) {
  URSA_CURL(curl_url_set);
  return CallOr(CURLUE_OUT_OF_MEMORY, function, url, part, text, flags);
}

void curl_free(void* memory) {
  URSA_CURL(curl_free);
  Call(function, memory);
}

time_t curl_getdate(const char* text, const time_t* unused) {
  URSA_CURL(curl_getdate);
  return CallOr(time_t{-1}, function, text, unused);
}

}  // extern "C"
