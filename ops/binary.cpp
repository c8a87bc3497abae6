#include "ops/binary.h"

#include <fmt/format.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {
namespace {

struct Row {
  std::string_view name;
  Binary::Kind kind;
};

constexpr Row rows[] = {
    {"Add", Binary::Kind::add},
    {"Div", Binary::Kind::div},
    {"Mul", Binary::Kind::mul},
    {"Sub", Binary::Kind::sub},
};

}  // namespace

std::vector<TensorDesc> Binary::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, required_inputs(), 2);
  const OpInput& a = need(inputs, 0, "A");
  const OpInput& b = need(inputs, 1, "B");
  check_dtype(b, a.desc.dtype, "B");
  if (a.desc.dtype == DType::boolean || a.desc.dtype == DType::f16 || a.desc.dtype == DType::bf16) {
    throw Error(ErrorCode::model,
                fmt::format("input 'A' should be a number, found {}", name_of(a.desc.dtype)));
  }
  return {{broadcast(a.desc.shape, b.desc.shape), a.desc.dtype, Layout::row_major}};
}

// A constant stays float32: it is not rounded.
PrecisionRule Binary::precision_rule(std::span<const OpInput> inputs) const {
  return has_constant(inputs) ? PrecisionRule::float32 : PrecisionRule::follow;
}

std::shared_ptr<const Op> read_binary(NodeSource& source) {
  for (const Row& row : rows) {
    if (row.name == source.op_type) return std::make_shared<Binary>(row.name, row.kind);
  }
  throw Error(ErrorCode::failure, "no row for binary operator " + source.op_type);
}

}  // namespace yy
