// Owns one of CUDA's handles and ends it with the function that goes with it.
#pragma once

#include <cuda_runtime_api.h>
#include <memory>
#include <type_traits>

namespace yy::cuda {

template <auto end>
struct Ends {
  template <class T>
  void operator()(T* handle) const {
    end(handle);  // a failure here has been reported by an earlier call
  }
};

using StreamHandle = std::unique_ptr<std::remove_pointer_t<cudaStream_t>, Ends<cudaStreamDestroy>>;
using EventHandle = std::unique_ptr<std::remove_pointer_t<cudaEvent_t>, Ends<cudaEventDestroy>>;
using GraphHandle = std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, Ends<cudaGraphDestroy>>;
using GraphExecHandle = std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, Ends<cudaGraphExecDestroy>>;
using PinnedMemory = std::unique_ptr<std::byte, Ends<cudaFreeHost>>;

StreamHandle make_stream();             // does not wait for the default stream
EventHandle make_event();               // for order, not for time
EventHandle make_timer();               // for both
PinnedMemory make_pinned(std::size_t);  // host memory that the device reads and writes by itself

}  // namespace yy::cuda
