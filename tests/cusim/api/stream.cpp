// Streams and launches.
#include "tests/cusim/api/call.h"
#include "tests/cusim/engine/failure.h"
#include "tests/cusim/engine/faults.h"
#include "tests/cusim/engine/grid.h"
#include "tests/cusim/engine/kernel_name.h"
#include "tests/cusim/engine/limits.h"
#include "tests/cusim/memory/arena.h"
#include "tests/cusim/streams/capture.h"

namespace yy::cusim {
namespace {

cudaError_t run(const LaunchShape& shape, const std::function<void()>& kernel) {
  const cudaError_t wanted = error_for_kernel(shape);
  if (wanted != cudaSuccess) return wanted;
  const cudaError_t error = run_grid(shape, kernel);
  const std::size_t damaged = arena().find_damage();
  if (damaged == 0) return error;
  report(
      fmt::format("launch at {}: the kernel wrote behind an allocation of {} bytes", shape.where, damaged));
  return cudaErrorIllegalAddress;
}

}  // namespace

cudaError_t enqueue_kernel(const LaunchShape& shape, std::function<void()> kernel, cudaStream_t stream) {
  const auto launch = [&] {
    const cudaError_t error = check_limits(shape);
    if (error != cudaSuccess) return error;
    const std::string what = "kernel " + kernel_name(shape);
    describe_call(what);
    return enqueue(stream, {[shape, kernel = std::move(kernel)] { return run(shape, kernel); },
                            cudaGraphNodeTypeKernel, what});
  };
  return call(stream, launch, "cudaLaunchKernel");
}

namespace {

// Calls `use(stream)` for a stream that exists and is not captured.
template <class Use>
cudaError_t with_stream(cudaStream_t handle, Use use) {
  Stream* stream = find_stream(handle);
  if (stream == nullptr) return cudaErrorInvalidResourceHandle;
  const cudaError_t error = refuse_captured(*stream);
  return error == cudaSuccess ? use(*stream) : error;
}

cudaError_t create(cudaStream_t* stream, unsigned flags) {
  *stream = reinterpret_cast<cudaStream_t>(create_stream((flags & cudaStreamNonBlocking) == 0));
  return cudaSuccess;
}

}  // namespace
}  // namespace yy::cusim

using namespace yy::cusim;

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  return call([&] { return create(stream, flags); });
}

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  return call([&] { return create(stream, cudaStreamDefault); });
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int) {
  return call([&] { return create(stream, flags); });
}

cudaError_t cudaStreamDestroy(cudaStream_t handle) {
  return ending_call(handle, [&] {
    Stream* stream = find_stream(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    const cudaError_t error = refuse_captured(*stream);
    if (error == cudaSuccess) destroy_stream(stream);
    return error;
  });
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  return call(handle, [&] {
    return with_stream(handle, [](Stream& stream) {
      note_waiting();
      drain(stream);
      return cudaSuccess;
    });
  });
}

// A program that asks again and again gets there: each time the stream does one piece of its work.
cudaError_t cudaStreamQuery(cudaStream_t handle) {
  return call(handle, [&] {
    return with_stream(handle, [](Stream& stream) {
      if (stream.work.empty()) return cudaSuccess;
      const OpenArena open;
      advance(stream);
      return cudaErrorNotReady;
    });
  });
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* argument) {
  return call(stream, [&] {
    const auto run = [=] {
      function(argument);
      return cudaSuccess;
    };
    return enqueue(stream, {run, cudaGraphNodeTypeHost, "host function"});
  });
}
