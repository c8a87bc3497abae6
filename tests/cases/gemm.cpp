#include "ops/gemm.h"

#include "tests/cases/case.h"

namespace yy::test {
namespace {

constexpr double summed = 1e-5;  // as for convolutions

Case gemm(std::string name, AttributeList attributes, std::vector<CaseInput> inputs) {
  return node(std::move(name), "Gemm", 13, std::move(attributes), std::move(inputs), summed);
}

// As the passes make it.
Case fused(Case c, const Activation& activation) {
  Gemm::Fields fields = static_cast<const Gemm&>(*c.op).fields();
  fields.activation = activation;
  c.op = std::make_shared<Gemm>(fields);
  return c;
}

}  // namespace

std::vector<Case> cases_gemm() {
  const CaseInput a = data({3, 13}), at = data({13, 3}), b = weight({13, 7}), bt = weight({7, 13}),
                  row = weight({7});
  const Activation relu{Activation::Kind::relu}, clip{Activation::Kind::clip, -0.5F, 0.75F};
  const Activation sigmoid{Activation::Kind::sigmoid}, tanh{Activation::Kind::tanh};
  const CaseInput deep = weight({37, 300});
  return {
      gemm("plain", {}, {a, b}),
      gemm("row_bias", {}, {a, b, row}),
      gemm("transposed_b", {{"transB", 1}}, {a, bt, row}),
      gemm("transposed_a", {{"transA", 1}}, {at, b, row}),
      gemm("transposed_both", {{"transA", 1}, {"transB", 1}}, {at, bt, row}),
      gemm("not_transposed", {{"transA", 0}, {"transB", 0}}, {a, b}),
      gemm("alpha", {{"alpha", 0.5F}}, {a, b, row}),
      gemm("beta", {{"beta", -2.F}}, {a, b, row}),
      gemm("alpha_and_beta", {{"alpha", -0.25F}, {"beta", 3.F}, {"transB", 1}}, {a, bt, row}),
      gemm("alpha_is_zero", {{"alpha", 0.F}}, {a, b, row}),
      gemm("beta_is_zero", {{"beta", 0.F}}, {a, b, row}),
      gemm("alpha_without_c", {{"alpha", 1.5F}}, {a, b, absent()}),
      gemm("c_scalar", {}, {a, b, scalar(0.5)}),
      gemm("c_one_element", {}, {a, b, weight({1})}),
      gemm("c_one_by_one", {{"beta", 2.F}}, {a, b, weight({1, 1})}),
      gemm("c_one_row", {}, {a, b, weight({1, 7})}),
      gemm("c_column", {{"beta", 0.5F}}, {a, b, weight({3, 1})}),
      gemm("c_whole", {}, {a, b, weight({3, 7})}),
      gemm("c_as_wide_as_high", {}, {data({7, 5}), weight({5, 7}), weight({7, 1})}),
      gemm("c_data", {}, {a, b, data({3, 7})}),
      gemm("c_data_row", {{"alpha", 2.F}}, {a, b, data({7})}),
      gemm("one_column", {}, {a, weight({13, 1}), weight({1})}),
      gemm("one_column_c_column", {}, {a, weight({13, 1}), weight({3, 1})}),
      gemm("b_data", {}, {a, data({13, 7}), row}),
      gemm("b_data_transposed", {{"transB", 1}, {"transA", 1}}, {at, data({7, 13})}),
      gemm("one_row", {{"transB", 1}}, {data({1, 300}), deep, weight({37})}),
      gemm("one_deep", {}, {data({3, 1}), weight({1, 7}), row}),
      gemm("no_rows", {}, {data({0, 13}), b, row}),
      gemm("no_rows_transposed", {{"transA", 1}}, {data({13, 0}), b, row}),
      gemm("no_depth", {{"beta", 2.F}}, {data({3, 0}), weight({0, 7}), row}),
      gemm("no_depth_no_c", {}, {data({3, 0}), weight({0, 7})}),
      gemm("no_columns", {}, {a, weight({13, 0})}),
      gemm("opset_11", {{"transB", 1}}, {data({16, 64}), weight({32, 64}), weight({32})}),
      fused(gemm("relu", {{"transB", 1}}, {a, bt, row}), relu),
      fused(gemm("clip", {{"alpha", 0.5F}}, {a, b, row}), clip),
      fused(gemm("sigmoid", {}, {a, b}), sigmoid),
      fused(gemm("tanh_whole_c", {}, {a, b, weight({3, 7})}), tanh),
      fused(gemm("relu_transposed_a", {{"transA", 1}}, {at, b, row}), relu),
      fused(gemm("clip_column_c", {}, {a, b, weight({3, 1})}), clip),
  };
}

Case random_gemm(Dice& dice, std::string name) {
  const std::int64_t m = dice.pick(1, 9), k = dice.pick(1, 70), n = dice.pick(1, 40);
  const bool trans_a = dice.chance(25), trans_b = dice.chance(50);
  AttributeList attributes{{"transA", trans_a ? 1 : 0}, {"transB", trans_b ? 1 : 0}};
  if (dice.chance(30)) attributes.push_back({"alpha", static_cast<float>(dice.uniform(-2, 2))});
  if (dice.chance(30)) attributes.push_back({"beta", static_cast<float>(dice.uniform(-2, 2))});
  CaseInput a = data(trans_a ? Index{k, m} : Index{m, k});
  CaseInput b = data(trans_b ? Index{n, k} : Index{k, n});
  std::vector<CaseInput> inputs{a, dice.chance(80) ? fixed(b) : b};
  const std::vector<Index> forms = {{}, {1}, {n}, {1, n}, {m, 1}, {m, n}, {1, 1}};
  if (dice.chance(80)) {
    CaseInput c = data(forms[static_cast<std::size_t>(dice.pick(0, 6))]);
    inputs.push_back(dice.chance(80) ? fixed(c) : c);
  }
  Case c = gemm(std::move(name), std::move(attributes), std::move(inputs));
  c.size = size_of_sum(k);
  return dice.chance(40) ? fused(std::move(c), random_activation(dice)) : c;
}

}  // namespace yy::test
