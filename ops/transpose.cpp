#include "ops/transpose.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ops/inputs.h"
#include "runtime/error.h"

namespace yy {

std::vector<TensorDesc> Transpose::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, 1);
  const Shape& shape = need(inputs, 0, "data").desc.shape;
  std::vector<std::int64_t> dims;
  for (std::size_t axis : perm(shape.rank())) dims.push_back(shape[axis]);
  return {{Shape(std::move(dims)), inputs[0].desc.dtype, Layout::row_major}};
}

std::optional<std::vector<std::size_t>> Transpose::given_perm() const {
  if (!perm_) return std::nullopt;
  std::vector<std::size_t> result;
  std::vector<bool> seen(perm_->size(), false);
  for (std::int64_t axis : *perm_) {
    const auto i = static_cast<std::size_t>(axis);
    if (axis < 0 || i >= seen.size() || seen[i]) return std::nullopt;
    seen[i] = true;
    result.push_back(i);
  }
  return result;
}

std::vector<std::size_t> Transpose::perm(std::size_t rank) const {
  if (!perm_) {
    std::vector<std::size_t> result;
    for (std::size_t i = rank; i-- > 0;) result.push_back(i);
    return result;
  }
  const auto result = given_perm();
  if (!result || result->size() != rank) {
    throw Error(ErrorCode::model, fmt::format("attribute 'perm' [{}] should be a permutation of the {} axes",
                                              fmt::join(*perm_, ","), rank));
  }
  return *result;
}

std::vector<TensorDesc> Reorder::infer(std::span<const OpInput> inputs) const {
  check_count(inputs, 1, 1);
  return {need(inputs, 0, "input").desc};
}

std::vector<std::int64_t> input_steps(const Op& op, const TensorDesc& in) {
  std::vector<std::int64_t> steps = in.strides();
  if (const auto* transpose = dynamic_cast<const Transpose*>(&op)) {
    const auto own = in.strides();
    const auto perm = transpose->perm(own.size());
    for (std::size_t i = 0; i < perm.size(); ++i) steps[i] = own[perm[i]];
  }
  return steps;
}

bool moves_nothing(const TensorDesc& out, const std::vector<std::int64_t>& steps) {
  const auto own = out.strides();
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (out.shape[i] != 1 && steps[i] != own[i]) return false;
  }
  return true;
}

std::shared_ptr<const Op> read_transpose(NodeSource& source) {
  return std::make_shared<Transpose>(source.attributes.find_ints("perm"));
}

}  // namespace yy
