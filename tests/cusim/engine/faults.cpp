#include "tests/cusim/engine/faults.h"

#include <fmt/format.h>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/cusim/api/call.h"
#include "tests/cusim/control.h"
#include "tests/cusim/engine/failure.h"
#include "tests/cusim/engine/kernel_name.h"

namespace yy::cusim {
namespace {

struct Fault {
  std::string name;  // of a kernel or function
  int left;          // how many come until it
  cudaError_t error;
};

std::vector<Fault> kernel_faults, call_faults;

void add(std::vector<Fault>& faults, std::string_view name, int nth, cudaError_t error) {
  if (nth < 1) throw std::invalid_argument(fmt::format("the {}th '{}' was to fail", nth, name));
  const std::lock_guard lock(device_mutex());
  faults.push_back({std::string(name), nth, error});
}

// Counts down what is asked for under this name; the error of one that comes to its end, which is then over.
cudaError_t count_down(std::vector<Fault>& faults, std::string_view name) {
  cudaError_t error = cudaSuccess;
  for (Fault& fault : faults) {
    if (fault.name == name && --fault.left == 0) error = fault.error;
  }
  std::erase_if(faults, [](const Fault& fault) { return fault.left == 0; });
  return error;
}

}  // namespace

void fail_kernel(std::string_view name, int nth) {
  add(kernel_faults, name, nth, cudaErrorIllegalAddress);
}

void fail_call(std::string_view function, int nth, cudaError_t error) {
  add(call_faults, function, nth, error);
}

cudaError_t error_for_kernel(const LaunchShape& shape) {
  if (kernel_faults.empty()) return cudaSuccess;  // most often, and names take their time
  const std::string& name = kernel_name(shape);
  const cudaError_t error = count_down(kernel_faults, name);
  if (error != cudaSuccess) {
    report(fmt::format("launch at {}: kernel {} fails, since a test asked for it", shape.where, name));
  }
  return error;
}

cudaError_t error_for_call(const char* function) {
  return count_down(call_faults, function);
}

void forget_faults() {
  kernel_faults.clear();
  call_faults.clear();
}

}  // namespace yy::cusim
