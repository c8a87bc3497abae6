// What convolution, Gemm and MatMul share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cuda/kernels/gemm.h"
#include "cuda/kernels/implicit_gemm.h"
#include "cuda/private/choose.h"
#include "cuda/private/context.h"
#include "cuda/private/finish.h"

namespace yy::cuda {

// y = activation(alpha * x W + beta * bias + residual). x [rows, depth] and y [rows, columns] are input 0 and
// output 0, whatever their shapes; W is the constant input 1, [depth, columns] or, transposed, [columns,
// depth]; the bias, `columns` floats, is input 2 where that is given, the residual input 3 where `residual`
// says so.
struct LayerProduct {
  std::int64_t rows = 0, depth = 0, columns = 0;
  bool transposed = false;
  float alpha = 1, beta = 1;
  bool residual = false;
  std::optional<Activation> activation = {};

  std::string text() const;
};

KernelOrRefusal layer_product(const KernelRequest& request, const Context& context,
                              const LayerProduct& product);

// What computes it: cuBLASLt, own kernels. What this is given has to outlive them.
std::vector<Candidate> layer_candidates(const KernelRequest& request, const Context& context,
                                        const LayerProduct& product);

// W of a layer's request as [columns, pitch] of x's type.
Buffer pack_layer(const KernelRequest& request, const LayerProduct& layer, std::int64_t pitch);

// y = activation(alpha * A B + beta * C) of float32 inputs 0, 1 and, where it is given, 2. The extents and
// strides stand in `args`.
KernelOrRefusal plain_product(const KernelRequest& request, GemmArgs args, float alpha, float beta,
                              const std::optional<Activation>& activation);

// A product of pixels with filters that are packed for it, as a kernel.
Kernel implicit_gemm_kernel(DType dtype, const ImplicitGemmArgs& args, const Buffer& weights,
                            const Context& context);

// The element types and the inputs 2 and 3 that all of these kernels share: `finish` with all but its
// pointers, or why that cannot be.
std::variant<Finish, Refusal> finish_of(const KernelRequest& request, bool residual,
                                        const std::optional<Activation>& activation);

// The same with its pointers.
Finish bind_finish(Finish finish, const Binding& at);

}  // namespace yy::cuda
