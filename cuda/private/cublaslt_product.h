// Matrix products with what follows them, by algorithms that cuBLASLt's heuristic proposes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "cuda/private/libraries.h"
#include "runtime/kernel.h"
#include "runtime/tensor.h"

namespace yy::cuda {

// cuBLASLt on one device. Any number of threads and streams may use it, with that device current.
struct CublasLtDevice {
  std::shared_ptr<const Libraries> libraries;
  std::shared_ptr<void> handle;

  const Libraries::CublasLt& api() const { return libraries->cublaslt; }
};

// For the CUDA device of that number. Throws Error (device) where cuBLASLt is missing, too old, or does not
// take the device.
std::shared_ptr<const CublasLtDevice> open_cublaslt(std::shared_ptr<const Libraries> libraries, int device);

// y = relu(alpha * x W^T + residual + bias), the last three as far as they are asked for. x [rows, depth], W
// [columns, depth], residual and y [rows, columns], all row-major; bias [columns]. Sums are float32.
struct ProductProblem {
  std::int64_t rows = 0, depth = 0, columns = 0;
  DType read = DType::f32, written = DType::f32;  // of x and W; of y, the residual and the bias
  bool residual = false, bias = false, relu = false;
  float alpha = 1;
  std::int64_t pitch = 0;  // from a row of y to the next, in elements, if y is a slice (runtime/slices.h)
  bool tf32 = false;       // float32 inputs may be rounded to TF32

  std::int64_t y_pitch() const { return pitch == 0 ? columns : pitch; }
  // What can be promised of where each tensor begins, in bytes.
  std::size_t alignment() const;    // all but y
  std::size_t y_alignment() const;  // y
  std::string text() const;         // "12 x 64 -> 256 float16, residual, bias, relu"
};

// How W, x, residual and y lie, as the library wants to be told. Shared by the plans of a problem.
struct ProductLayouts;

// Immutable. Copies share what is large.
struct CublasLtPlan {
  ProductProblem problem;
  std::shared_ptr<const ProductLayouts> layouts;
  cublaslt::Algorithm algorithm = {};
  std::size_t workspace_bytes = 0;
};

// At most `most` plans, the one that the library expects to be the fastest first, that keep our promises:
// sums in float32, no rounding of float32 inputs unless `tf32`, the same result in every run. Else why there
// is none. The device has to be current.
std::variant<std::vector<CublasLtPlan>, Refusal> plan_product(const CublasLtDevice& device,
                                                              const ProductProblem& problem, int most);

struct ProductPointers {
  const void *x = nullptr, *w = nullptr;
  const void *residual = nullptr, *bias = nullptr;  // null where the problem has none
  void *y = nullptr, *workspace = nullptr;          // y may be the residual where it is no slice
};

// A plan whose tensors' places are known: one per executor, since the library keeps the bias's address where
// it keeps the operation.
class BoundProduct {
 public:
  // Throws Error (device), also where a tensor is not aligned as the plan promised.
  BoundProduct(std::shared_ptr<const CublasLtDevice> device, CublasLtPlan plan, const ProductPointers& at);

  // Throws Error (device) in the library's words.
  void run(cudaStream_t stream) const;

 private:
  std::shared_ptr<const CublasLtDevice> device_;
  CublasLtPlan plan_;
  ProductPointers at_;
  std::shared_ptr<void> operation_;
};

}  // namespace yy::cuda
