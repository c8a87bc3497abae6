// A tensor as the references see it: elements by logical index, without memory layout. Floats are held as
// double, every other type as int64. Shares no code with the product; store() and load() are the only bridge
// to memory.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "runtime/tensor.h"

namespace yy::test {

using Index = std::vector<std::int64_t>;

struct Array {
  DType dtype = DType::f32;
  Index dims;
  std::vector<double> real;         // elements of float32, float16 and bfloat16, last axis fastest
  std::vector<std::int64_t> whole;  // the elements of every other type
  std::vector<bool> untouched;      // where not empty: elements that an operator must leave as they were

  Array() = default;
  Array(DType type, Index shape);  // zeros

  bool is_real() const { return yy::is_real(dtype); }
  std::int64_t size() const;
  double number(std::int64_t at) const;  // as double, whatever the type
  void set(std::int64_t at, double value);
  void copy(std::int64_t at, const Array& from, std::int64_t from_at);
};

// The number of a floating-point type nearest to a float32, ties to the even one.
double round_to(DType dtype, double x);

std::int64_t size_of_dims(const Index& dims);
std::int64_t position(const Index& dims, const Index& index);  // of an element among real or whole
std::int64_t wrapped(DType dtype, std::int64_t x);  // what is left of x in an integer type of fewer bits
void for_each_index(const Index& dims, const std::function<void(const Index&)>& visit);

// The elements as they lie in memory in the desc's layout.
void store(const Array& array, Layout layout, void* memory);
Array load(const TensorDesc& desc, const void* memory);

// What is wrong with `got`, or nothing. Floats may differ by tolerance * max(|want|, rms of the finite wanted
// elements, size); integers not at all. A NaN is right only where one is wanted, an infinity only with its
// sign. `size`: of terms that may have cancelled in all of a few wanted elements.
std::string differences(const Array& got, const Array& want, double tolerance, double size = 0);

}  // namespace yy::test
