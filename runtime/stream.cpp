#include "runtime/stream.h"

#include <chrono>
#include <cstdint>
#include <cstring>
#include <utility>

namespace yy {
namespace {

// Of a device whose memory the host reads.
class HostRecording : public Recording {
 public:
  HostRecording(Stream& stream, Recipe recipe) : stream_(stream), recipe_(std::move(recipe)) {}

  void play() override {
    stream_.run(recipe_.launches);
    if (recipe_.body.empty()) return;
    for (stream_.wait(); *static_cast<const std::int32_t*>(recipe_.condition) != 0; stream_.wait())
      stream_.run(recipe_.body);
  }

 private:
  Stream& stream_;
  Recipe recipe_;
};

}  // namespace

void Stream::copy_in(void* to, const void* from, std::size_t bytes) {
  wait();
  if (to != from && bytes > 0) std::memcpy(to, from, bytes);
}

void Stream::copy_out(void* to, const void* from, std::size_t bytes) {
  copy_in(to, from, bytes);
}

void Stream::upload(void* to, const void* staging, std::size_t bytes) {
  copy_in(to, staging, bytes);
}

void Stream::download(void* staging, const void* from, std::size_t bytes) {
  copy_out(staging, from, bytes);
}

void Stream::copy(void* to, const void* from, std::size_t bytes) {
  copy_in(to, from, bytes);
}

void Stream::signal(Event&) {
  wait();
}

void Stream::wait_for(const Event&) {}

std::unique_ptr<Recording> Stream::record(Recipe recipe) {
  return std::make_unique<HostRecording>(*this, std::move(recipe));
}

double Stream::run_timed(std::span<const Launch> launches) {
  const auto start = std::chrono::steady_clock::now();
  run(launches);
  wait();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void Stream::run_timed(std::span<const Launch> launches, std::span<double> seconds) {
  for (std::size_t i = 0; i < launches.size(); ++i) seconds[i] = run_timed(launches.subspan(i, 1));
}

}  // namespace yy
