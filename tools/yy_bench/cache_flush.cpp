#include "tools/yy_bench/cache_flush.h"

#include <variant>

#include "ops/unary.h"
#include "runtime/error.h"

namespace yy {

CacheFlush::CacheFlush(const Backend& backend) {
  const TensorDesc desc{Shape{static_cast<std::int64_t>(bytes_moved / 2 / sizeof(float))}, DType::f32,
                        Layout::row_major};
  const Unary relu(Activation{});
  WeightStore weights(settle_on(backend));
  const OpInput input{true, desc, nullptr};
  const KernelOrRefusal made = backend.make_kernel({relu, {&input, 1}, {&desc, 1}, 1, weights});
  if (const auto* refusal = std::get_if<Refusal>(&made)) throw Error(ErrorCode::device, refusal->reason);
  const auto& kernel = std::get<Kernel>(made);
  buffers_ = {backend.allocate(desc.bytes()), backend.allocate(kernel.workspace_bytes)};
  const TensorView values{desc, buffers_[0].data()};
  launches_ = {kernel.bind({{values}, {values}, buffers_[1].data()})};
}

}  // namespace yy
