// A kernel: one operator compiled for one device, shape and thread count. Everything slow or fallible (choice
// of algorithm, packing of weights, shape logic) happens in the factory that makes it; a Launch only
// enqueues.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "runtime/stream.h"
#include "runtime/tensor.h"

namespace yy {

// Where a kernel's tensors lie. Inputs that were left out have a null pointer.
struct Binding {
  std::vector<TensorView> inputs;
  std::vector<TensorView> outputs;
  void* workspace = nullptr;  // Kernel::workspace_bytes of scratch, shared between the kernels of a program
};

// Immutable and shareable between threads; each executor binds it once to its own arena.
struct Kernel {
  std::string implementation;       // what runs, for reports: "jit:avx512_core", "view", "copy"
  std::size_t workspace_bytes = 0;  // booked in the memory plan
  // The input whose memory output 0 may take over where nobody reads that input afterwards. A kernel must
  // also be right when it is given separate memory.
  std::optional<std::size_t> may_overwrite;
  bool writes_slice = false;  // output 0's pixels lie KernelRequest::slice_pitch elements apart
  bool is_view = false;  // output 0 is input 0's bytes under another shape: nothing runs, `bind` is empty
  std::vector<std::string> passed_over;    // why implementations that come before this one do not run
  std::vector<std::size_t> packed_inputs;  // constants the kernel holds in its own form; bound as null
  std::function<Launch(const Binding&)> bind;

  bool packs(std::size_t input) const {
    return std::find(packed_inputs.begin(), packed_inputs.end(), input) != packed_inputs.end();
  }
};

// Why a factory does not take a request.
struct Refusal {
  std::string reason;
};

using KernelOrRefusal = std::variant<Kernel, Refusal>;

}  // namespace yy
