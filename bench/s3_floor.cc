// The floor under a command that reads a bucket: the same requests sent by libcurl and by nothing
// else, each answer thrown away.
// usage: s3_floor JOBS           on JOBS threads, one connection each
//        s3_floor JOBS multi     by one thread, on up to JOBS connections
// Standard input has a request a line, RANGE URL, "-" where all is wanted; AK and SK sign them as
// libcurl does. Prints seconds, processor seconds, and how many requests it was.
#include <curl/curl.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

struct Request {
  std::string range;
  std::string url;
};

size_t Discard(char*, size_t size, size_t count, void*) { return size * count; }

std::string Keys() {
  const char* id = std::getenv("AK");
  const char* secret = std::getenv("SK");
  return id != nullptr && secret != nullptr ? std::string(id) + ":" + secret : "";
}

CURL* NewHandle(const std::string& keys, curl_slist* headers) {
  CURL* handle = curl_easy_init();
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Discard);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  if (!keys.empty()) {
    curl_easy_setopt(handle, CURLOPT_USERPWD, keys.c_str());
    curl_easy_setopt(handle, CURLOPT_AWS_SIGV4, "aws:amz:us-east-1:s3");
  }
  return handle;
}

void SetRequest(CURL* handle, const Request& request) {
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_RANGE, request.range == "-" ? nullptr : request.range.c_str());
}

void Require(CURLcode code) {
  if (code != CURLE_OK) {
    std::fprintf(stderr, "%s\n", curl_easy_strerror(code));
    std::_Exit(1);
  }
}

void OnThreads(const std::vector<Request>& requests, size_t jobs, curl_slist* headers) {
  std::atomic<size_t> next = 0;
  const std::string keys = Keys();
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < jobs; ++i) {
    threads.emplace_back([&] {
      CURL* handle = NewHandle(keys, headers);
      for (size_t at = next++; at < requests.size(); at = next++) {
        SetRequest(handle, requests[at]);
        Require(curl_easy_perform(handle));
      }
      curl_easy_cleanup(handle);
    });
  }
}

void ByOneThread(const std::vector<Request>& requests, size_t jobs, curl_slist* headers) {
  CURLM* multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, static_cast<long>(jobs));
  const std::string keys = Keys();
  size_t next = 0;
  for (; next < std::min(jobs, requests.size()); ++next) {
    CURL* handle = NewHandle(keys, headers);
    SetRequest(handle, requests[next]);
    curl_multi_add_handle(multi, handle);
  }
  int running = static_cast<int>(next);
  while (running > 0) {
    curl_multi_perform(multi, &running);
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      CURL* handle = message->easy_handle;
      Require(message->data.result);
      curl_multi_remove_handle(multi, handle);
      if (next == requests.size()) {
        curl_easy_cleanup(handle);
        continue;
      }
      SetRequest(handle, requests[next++]);
      curl_multi_add_handle(multi, handle);
      ++running;
    }
    if (running > 0) {
      curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
    }
  }
  curl_multi_cleanup(multi);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: s3_floor JOBS [multi] < REQUESTS\n", stderr);
    return 3;
  }
  const size_t jobs = std::stoul(argv[1]);
  std::vector<Request> requests;
  for (Request request; std::cin >> request.range >> request.url;) {
    requests.push_back(request);
  }
  curl_global_init(CURL_GLOBAL_DEFAULT);
  curl_slist* headers = curl_slist_append(nullptr, "x-amz-content-sha256: UNSIGNED-PAYLOAD");
  const auto begin = std::chrono::steady_clock::now();
  if (argc > 2 && std::string_view(argv[2]) == "multi") {
    ByOneThread(requests, jobs, headers);
  } else {
    OnThreads(requests, jobs, headers);
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  curl_slist_free_all(headers);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  std::printf("%.3f %.3f %zu\n", elapsed.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime),
              requests.size());
  return 0;
}
