#include "ops/matmul.h"

#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr double summed = 1e-5;  // as for convolutions

Case matmul(std::string name, std::vector<CaseInput> inputs) {
  return node(std::move(name), "MatMul", 13, {}, std::move(inputs), summed);
}

// As the passes make it: a bias as input 2, and an activation.
Case layer(std::string name, CaseInput a, CaseInput b, std::optional<CaseInput> bias,
           std::optional<Activation> activation) {
  std::vector<CaseInput> inputs{std::move(a), std::move(b)};
  if (bias) inputs.push_back(std::move(*bias));
  return own(std::move(name), std::make_shared<MatMul>(activation), std::move(inputs), summed);
}

}  // namespace

std::vector<Case> cases_matmul() {
  const Activation relu{Activation::Kind::relu}, sigmoid{Activation::Kind::sigmoid};
  return {
      matmul("layer", {data({3, 13}), weight({13, 7})}),
      matmul("layer_one_row", {data({1, 300}), weight({300, 37})}),
      matmul("layer_rank_3", {data({2, 5, 16}), weight({16, 24})}),
      matmul("layer_rank_4", {data({2, 3, 5, 13}), weight({13, 37})}),
      matmul("layer_rank_1", {data({13}), weight({13, 7})}),
      matmul("layer_one_column", {data({4, 13}), weight({13, 1})}),
      matmul("layer_no_rows", {data({0, 13}), weight({13, 7})}),
      matmul("layer_no_depth", {data({3, 0}), weight({0, 7})}),
      matmul("layer_no_columns", {data({3, 5}), weight({5, 0})}),
      layer("bias", data({3, 13}), weight({13, 7}), weight({7}), std::nullopt),
      layer("bias_rank_3_relu", data({2, 5, 16}), weight({16, 24}), weight({24}), relu),
      layer("sigmoid", data({3, 13}), weight({13, 7}), std::nullopt, sigmoid),
      layer("data_bias_relu", data({3, 13}), data({13, 7}), data({7}), relu),
      layer("batches_bias", data({2, 3, 13}), data({2, 13, 7}), weight({7}), std::nullopt),
      matmul("data", {data({3, 13}), data({13, 7})}),
      matmul("rows", {data({13}), data({13})}),
      matmul("row_by_matrix", {data({13}), data({13, 7})}),
      matmul("matrix_by_column", {data({3, 13}), data({13})}),
      matmul("row_by_batches", {data({5}), data({3, 5, 2})}),
      matmul("batches_by_column", {data({2, 3, 4, 5}), data({5})}),
      matmul("batches", {data({4, 3, 13}), data({4, 13, 7})}),
      matmul("batches_broadcast_b", {data({2, 4, 3, 5}), data({4, 5, 2})}),
      matmul("batches_broadcast_a", {data({3, 5}), data({2, 4, 5, 2})}),
      matmul("batches_broadcast_both", {data({2, 1, 3, 5}), data({1, 4, 5, 2})}),
      matmul("batches_constant", {data({2, 3, 5}), weight({2, 5, 7})}),
      matmul("constant_first", {weight({7, 13}), data({2, 13, 3})}),
      matmul("no_batches", {data({0, 3, 5}), data({0, 5, 2})}),
      matmul("attention", {data({1, 2, 17, 8}), data({1, 2, 8, 17})}),
      matmul("deep", {data({5, 512}), data({512, 3})}),
  };
}

Case random_matmul(Dice& dice, std::string name) {
  const std::int64_t m = dice.pick(1, 12), k = dice.pick(1, 70), n = dice.pick(1, 40);
  Index a, b;
  const std::int64_t batch_rank = dice.chance(40) ? 0 : dice.pick(1, 3);
  for (std::int64_t i = 0; i < batch_rank; ++i) {
    const std::int64_t dim = dice.pick(1, 4);
    const bool shared = dice.chance(60);
    a.push_back(shared || dice.chance(50) ? dim : 1);
    b.push_back(shared || a.back() == 1 ? dim : 1);
  }
  Index& shorter = dice.chance(50) ? a : b;
  shorter.erase(shorter.begin(), shorter.begin() + (dice.chance(40) ? dice.pick(0, batch_rank) : 0));
  if (dice.chance(90) || !a.empty()) a.push_back(m);
  a.push_back(k);
  b.push_back(k);
  if (dice.chance(90) || b.size() > 1) b.push_back(n);
  CaseInput right = data(b);
  if (dice.chance(60)) right = fixed(right);
  Case c = matmul(std::move(name), {data(a), right});
  c.size = size_of_sum(k);
  return c;
}

}  // namespace yy::test
