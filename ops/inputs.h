// Checks and reads that every operator's shape inference needs. All throw Error naming the input.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/op.h"

namespace yy {

// Input `index`, which must be present. `what` is ONNX's name for it ("X", "axes").
const OpInput& need(std::span<const OpInput> inputs, std::size_t index, std::string_view what);

// Input `index`, or null where it is left out.
const OpInput* maybe(std::span<const OpInput> inputs, std::size_t index);

bool has_constant(std::span<const OpInput> inputs);

void check_count(std::span<const OpInput> inputs, std::size_t least, std::size_t most);
void check_rank(const OpInput& input, std::size_t rank, std::string_view what);
void check_dtype(const OpInput& input, DType dtype, std::string_view what);
void check_shape(const OpInput& input, const Shape& shape, std::string_view what);

// The elements of a constant int64 or int32 tensor (a shape, axes, starts...). A tensor that is computed from
// data while the network runs is refused.
std::vector<std::int64_t> constant_ints(const OpInput& input, std::string_view what);

// The only element of a constant float tensor.
float constant_float(const OpInput& input, std::string_view what);

// `axis` counted from the front; it may be given from the back (-rank <= axis < rank).
std::size_t normal_axis(std::int64_t axis, std::size_t rank, std::string_view what = "axis");

// numpy's broadcasting of two shapes.
Shape broadcast(const Shape& a, const Shape& b);

}  // namespace yy
