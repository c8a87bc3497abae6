#include "ops/cast.h"

#include <fmt/format.h>

#include "ops/dtype.h"
#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> Cast::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, 1);
  return {{need(inputs, 0, "input").desc.shape, to_, Layout::row_major}};
}

std::shared_ptr<const Op> read_cast(NodeSource& source) {
  const auto to = source.attributes.find_int("to");
  if (!to) throw Error(ErrorCode::model, "attribute 'to' is missing");
  source.attributes.ignore("saturate");  // concerns float8 only
  const auto dtype = dtype_of_onnx(*to);
  if (!dtype)
    throw Error(ErrorCode::model,
                fmt::format("attribute 'to': element type {} is not supported", onnx_dtype_name(*to)));
  return std::make_shared<Cast>(*dtype);
}

}  // namespace yy
