#include "cuda/private/stream.h"

#include "cuda/private/context.h"
#include "cuda/private/cudnn_graph.h"
#include "cuda/private/device_scope.h"
#include "cuda/private/recording.h"

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

CudaStream::CudaStream(int device, bool graphs) : device_(device), graphs_(graphs) {
  const DeviceScope scope(device_);
  stream_ = make_stream();
}

// The staging buffers must outlive what is on its way.
CudaStream::~CudaStream() {
  const DeviceScope scope(device_);
  cudaStreamSynchronize(stream_.get());
  cudnn_.reset();
}

void CudaStream::run(std::span<const Launch> launches) {
  const DeviceScope scope(device_);
  for (const Launch& launch : launches) launch(*this);
}

void CudaStream::copy_in(void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const DeviceScope scope(device_);
  uploads_.enqueue(to, from, bytes, stream_.get());
}

void CudaStream::copy_out(void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const DeviceScope scope(device_);
  if (downloads_.enqueue(to, from, bytes, stream_.get())) return;
  wait();
  downloads_.enqueue(to, from, bytes, stream_.get());
}

void CudaStream::upload(void* to, const void* staging, std::size_t bytes) {
  if (bytes == 0) return;
  const DeviceScope scope(device_);
  YY_CUDA(cudaMemcpyAsync(to, staging, bytes, cudaMemcpyHostToDevice, stream_.get()));
}

void CudaStream::download(void* staging, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const DeviceScope scope(device_);
  YY_CUDA(cudaMemcpyAsync(staging, from, bytes, cudaMemcpyDeviceToHost, stream_.get()));
}

void CudaStream::copy(void* to, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const DeviceScope scope(device_);
  YY_CUDA(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream_.get()));
}

void CudaStream::signal(Event& event) {
  const DeviceScope scope(device_);
  YY_CUDA(cudaEventRecord(static_cast<CudaEvent&>(event).get(), stream_.get()));
}

void CudaStream::wait_for(const Event& event) {
  const DeviceScope scope(device_);
  YY_CUDA(cudaStreamWaitEvent(stream_.get(), static_cast<const CudaEvent&>(event).get()));
}

std::unique_ptr<Recording> CudaStream::record(Recipe recipe) {
  const DeviceScope scope(device_);
  return graphs_ ? record_graph(*this, std::move(recipe)) : record_plainly(*this, std::move(recipe));
}

void CudaStream::wait() {
  const DeviceScope scope(device_);
  YY_CUDA(cudaStreamSynchronize(stream_.get()));
  downloads_.deliver();
}

cudnn::Handle CudaStream::cudnn(const std::shared_ptr<const Libraries>& libraries) {
  if (cudnn_) return cudnn_.get();
  const Libraries::Cudnn& api = libraries->cudnn;
  cudnn::Handle made = nullptr;
  cudnn::Status status = api.create(&made);
  if (status != cudnn::success) refuse_cudnn(api, "a stream gets no handle", status);
  std::shared_ptr<void> owner(made, [libraries](void* handle) { libraries->cudnn.destroy(handle); });
  status = api.set_stream(made, stream_.get());
  if (status != cudnn::success) refuse_cudnn(api, "a handle takes no stream", status);
  cudnn_ = std::move(owner);
  return made;
}

double CudaStream::run_timed(std::span<const Launch> launches) {
  const DeviceScope scope(device_);
  if (!start_) {
    start_ = make_timer();
    stop_ = make_timer();
  }
  YY_CUDA(cudaEventRecord(start_.get(), stream_.get()));
  run(launches);
  YY_CUDA(cudaEventRecord(stop_.get(), stream_.get()));
  wait();
  float milliseconds = 0;
  YY_CUDA(cudaEventElapsedTime(&milliseconds, start_.get(), stop_.get()));
  return milliseconds * 1e-3;
}

}  // namespace yy::cuda
