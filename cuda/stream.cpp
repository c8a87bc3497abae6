#include "cuda/private/stream.h"

#include "cuda/private/context.h"
#include "cuda/private/cudnn_graph.h"
#include "cuda/private/culprit.h"
#include "cuda/private/device_scope.h"
#include "cuda/private/range.h"
#include "cuda/private/recording.h"
#include "runtime/error.h"

namespace yy::cuda {

cudaStream_t handle(Stream& stream) {
  return static_cast<CudaStream&>(stream).get();
}

CudaEvent::CudaEvent(int device) : device_(device) {
  const DeviceScope scope(device_);
  event_ = make_event();
}

void CudaEvent::wait() {
  const DeviceScope scope(device_);
  YY_CUDA(cudaEventSynchronize(event_.get()));
}

CudaStream::CudaStream(int device, StreamOptions options) : device_(device), options_(options) {
  const DeviceScope scope(device_);
  own_ = make_stream();
  stream_ = own_.get();
}

CudaStream::CudaStream(int device, cudaStream_t borrowed, StreamOptions options)
    : device_(device), options_(options), stream_(borrowed) {}

// The staging buffers must outlive what is on its way. After an error of the device, which an earlier call
// has reported, nothing is, and the scope throws.
CudaStream::~CudaStream() {
  try {
    const DeviceScope scope(device_);
    cudaStreamSynchronize(stream_);
    cudnn_.reset();
  } catch (const Error&) {
  }
}

void CudaStream::run(std::span<const Launch> launches) {
  const DeviceScope scope(device_);
  for (const Launch& launch : launches) {
    const Range range(launch.name);
    try {
      enqueue(launch);
    } catch (const EarlierError&) {
      throw;
    } catch (const Error& error) {
      throw launch.name.empty() ? error : error.within(launch.name);
    }
  }
}

void CudaStream::enqueue(const Launch& launch) {
  if (!options_.debug) return launch(*this);
  const std::string& name = launch.name.empty() ? "a launch without a name" : launch.name;
  Culprit::of_process().try_out(name, [&] {
    launch(*this);
    YY_CUDA(cudaStreamSynchronize(stream_));
  });
}

void CudaStream::copy_in(void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const DeviceScope scope(device_);
  uploads_.enqueue(to, from, bytes, stream_);
}

void CudaStream::copy_out(void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const DeviceScope scope(device_);
  if (downloads_.enqueue(to, from, bytes, stream_)) return;
  wait();
  downloads_.enqueue(to, from, bytes, stream_);
}

void CudaStream::upload(void* to, const void* staging, std::size_t bytes) {
  if (bytes == 0) return;
  const DeviceScope scope(device_);
  YY_CUDA(cudaMemcpyAsync(to, staging, bytes, cudaMemcpyHostToDevice, stream_));
}

void CudaStream::download(void* staging, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const DeviceScope scope(device_);
  YY_CUDA(cudaMemcpyAsync(staging, from, bytes, cudaMemcpyDeviceToHost, stream_));
}

void CudaStream::copy(void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const DeviceScope scope(device_);
  YY_CUDA(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream_));
}

void CudaStream::signal(Event& event) {
  const DeviceScope scope(device_);
  YY_CUDA(cudaEventRecord(static_cast<CudaEvent&>(event).get(), stream_));
}

void CudaStream::wait_for(const Event& event) {
  const DeviceScope scope(device_);
  YY_CUDA(cudaStreamWaitEvent(stream_, static_cast<const CudaEvent&>(event).get()));
}

std::unique_ptr<Recording> CudaStream::record(Recipe recipe) {
  const DeviceScope scope(device_);
  if (options_.graphs && !options_.debug) {
    if (auto graph = record_graph(*this, recipe)) return graph;
  }
  return record_plainly(*this, std::move(recipe));
}

void CudaStream::wait() {
  const DeviceScope scope(device_);
  YY_CUDA(cudaStreamSynchronize(stream_));
  downloads_.deliver();
}

cudnn::Handle CudaStream::cudnn(const std::shared_ptr<const Libraries>& libraries) {
  if (cudnn_) return cudnn_.get();
  const Libraries::Cudnn& api = libraries->cudnn;
  cudnn::Handle made = nullptr;
  cudnn::Status status = api.create(&made);
  if (status != cudnn::success) refuse_cudnn(api, "a stream gets no handle", status);
  std::shared_ptr<void> owner(made, [libraries](void* handle) { libraries->cudnn.destroy(handle); });
  status = api.set_stream(made, stream_);
  if (status != cudnn::success) refuse_cudnn(api, "a handle takes no stream", status);
  cudnn_ = std::move(owner);
  return made;
}

void CudaStream::reserve_timers(std::size_t count) {
  while (timers_.size() < count) timers_.push_back(make_timer());
}

double CudaStream::seconds_between(std::size_t first, std::size_t last) const {
  float milliseconds = 0;
  YY_CUDA(cudaEventElapsedTime(&milliseconds, timers_[first].get(), timers_[last].get()));
  return milliseconds * 1e-3;
}

double CudaStream::run_timed(std::span<const Launch> launches) {
  const DeviceScope scope(device_);
  reserve_timers(2);
  YY_CUDA(cudaEventRecord(timers_[0].get(), stream_));
  run(launches);
  YY_CUDA(cudaEventRecord(timers_[1].get(), stream_));
  wait();
  return seconds_between(0, 1);
}

void CudaStream::run_timed(std::span<const Launch> launches, std::span<double> seconds) {
  const DeviceScope scope(device_);
  reserve_timers(launches.size() + 1);
  YY_CUDA(cudaEventRecord(timers_[0].get(), stream_));
  for (std::size_t i = 0; i < launches.size(); ++i) {
    run(launches.subspan(i, 1));
    YY_CUDA(cudaEventRecord(timers_[i + 1].get(), stream_));
  }
  wait();
  for (std::size_t i = 0; i < launches.size(); ++i) seconds[i] = seconds_between(i, i + 1);
}

}  // namespace yy::cuda
