// A kernel with its arguments, ready to be run by any thread of its grid.
#pragma once

#include <cstddef>
#include <cuda_runtime_api.h>
#include <functional>
#include <tuple>
#include <utility>

#include "tests/cusim/device/place.h"

namespace yy::cusim {

// The grid's size, and the line that gave it: that is how failures name a launch.
struct Grid {
  dim3 size;
  Place where;

  Grid(dim3 given, Place place = Place::current()) : size(given), where(place) {}
  Grid(unsigned x, Place place = Place::current()) : size(x), where(place) {}
  Grid(unsigned x, unsigned y, unsigned z = 1, Place place = Place::current())
      : size(x, y, z), where(place) {}
};

struct LaunchShape {
  const void* kernel = nullptr;
  dim3 grid, block;
  std::size_t dynamic_shared = 0;
  Place where = {};
};

// Of the running thread: what it accesses from now on is the kernel's doing.
void enter_kernel();

// Calls the kernel on copies of its arguments. Not instrumented by the race build: what it reads are the
// copies of the launch, not memory of the program.
template <class... Parameters>
class KernelCall {
 public:
  KernelCall(void (*kernel)(Parameters...), Parameters... arguments)
      : kernel_(kernel), arguments_(arguments...) {}
  __attribute__((no_sanitize("thread"))) void operator()() const {
    call(std::index_sequence_for<Parameters...>());
  }

 private:
  template <std::size_t... I>
  __attribute__((no_sanitize("thread"))) void call(std::index_sequence<I...>) const {
    enter_kernel();
    kernel_(std::get<I>(arguments_)...);
  }

  void (*kernel_)(Parameters...);
  std::tuple<Parameters...> arguments_;
};

cudaError_t enqueue_kernel(const LaunchShape& shape, std::function<void()> call, cudaStream_t stream);

}  // namespace yy::cusim
