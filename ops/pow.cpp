#include "ops/pow.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {
namespace {

void check_number(const OpInput& input, const char* what) {
  const DType dtype = input.desc.dtype;
  if (dtype == DType::f32 || dtype == DType::i64 || dtype == DType::i32) return;
  throw Error(ErrorCode::model,
              fmt::format("input '{}' should be float32, int64 or int32, found {}", what, name_of(dtype)));
}

}  // namespace

std::vector<TensorDesc> Pow::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), 2);
  const OpInput& base = need(inputs, 0, "X");
  const OpInput& exponent = need(inputs, 1, "Y");
  check_number(base, "X");
  check_number(exponent, "Y");
  return {{broadcast(base.desc.shape, exponent.desc.shape), base.desc.dtype, Layout::row_major}};
}

std::shared_ptr<const Op> read_pow(NodeSource&) {
  return std::make_shared<Pow>();
}

}  // namespace yy
