// Naive references, one function per operator family: plain loops on logical indices with double
// accumulators, written from ONNX's text (for our own operators from their headers) and sharing no code with
// the product. Of an op only fields are read that no ONNX attribute tells: epilogues, fused activations, the
// parameters of our own operators.
#pragma once

#include <cmath>
#include <optional>
#include <span>
#include <vector>

#include "ops/activation.h"
#include "tests/cases/case.h"
#include "tests/reference/array.h"

namespace yy::test {

using Inputs = std::span<const std::optional<Array>>;

// The outputs that case `c` must have for these inputs.
std::vector<Array> reference(const Case& c, Inputs inputs);

// Multiply-accumulates that a naive loop needs: convolutions and matrix products, else 0.
std::int64_t reference_macs(const Case& c, Inputs inputs, const Array& output);

// --- shared by the families ---

double activate(const Activation& activation, double x);

// A node's attributes; every call reads from a fresh copy.
std::int64_t int_attribute(const Case& c, const std::string& name, std::int64_t otherwise);
double float_attribute(const Case& c, const std::string& name, double otherwise);
std::string string_attribute(const Case& c, const std::string& name, const std::string& otherwise);
std::optional<Ints> ints_attribute(const Case& c, const std::string& name);

bool has_input(Inputs inputs, std::size_t i);
std::int64_t from_back(std::int64_t axis, std::size_t rank);  // a negative axis counts from the back

// numpy's broadcasting: the common shape, and where the element of `index` in it lies in an operand.
Index broadcast_dims(const std::vector<const Array*>& operands);
std::int64_t broadcast_position(const Index& dims, const Index& index);

// ONNX's sliding window. Every list has three elements, for depth, height and width; axes that the case does
// not have are of size 1 and have a window of 1.
struct Geometry {
  Index picture, kernel, strides, dilations, before, after, output;

  // Where along `axis` tap number `tap` of output number `at` lies; may be outside the picture.
  std::int64_t place(std::size_t axis, std::int64_t at, std::int64_t tap) const {
    return at * strides[axis] + tap * dilations[axis] - before[axis];
  }
};
Geometry geometry(const Case& c, const Index& x, const Index& kernel, bool ceil_mode);
Index output_dims(const Geometry& g, const Index& x, std::int64_t channels);  // of the case's own rank
Index with_three_axes(const Index& dims);  // [N,C,W] and [N,C,H,W] as [N,C,D,H,W]

}  // namespace yy::test
