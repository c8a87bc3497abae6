// Formulas that exporters write out, in all their spellings.
#include "ops/passes/lower.h"
#include "ops/unary.h"
#include "tests/passes/pass_test.h"

namespace yy {
namespace {

using namespace test;

Names after_all(Graph graph) {
  lower(graph, cpu(), Layout::row_major, Precision::f32);
  return op_names(graph);
}

TEST(RecogniseSwish, InEitherOrder) {
  for (bool first : {true, false}) {
    Builder b;
    const ValueId x = b.input({2, 3, 6, 5}), gate = b.node("Sigmoid", {x});
    const ValueId y = b.node("Mul", first ? std::vector{x, gate} : std::vector{gate, x});
    expect_same_result(b.done({y}), recognise_swish, {"Swish"});
  }
}

TEST(RecogniseSwish, HardSwishOfHardSigmoid) {
  Builder b;
  const ValueId x = b.input({2, 3, 6, 5});
  const ValueId gate = b.node("HardSigmoid", {x}, {{"alpha", 1 / 6.F}, {"beta", 0.5F}});
  expect_same_result(b.done({b.node("Mul", {gate, x})}), recognise_swish, {"HardSwish"});
}

TEST(RecogniseSwish, LeavesGatesOfOtherValuesAndSlopes) {
  Builder b;
  const ValueId x = b.input({2, 3, 6, 5}), y = b.input({2, 3, 6, 5});
  const ValueId other = b.node("Mul", {x, b.node("Sigmoid", {y})});
  const ValueId sum = b.node("Add", {x, b.node("Sigmoid", {x})});
  const ValueId slope = b.node("Mul", {x, b.node("HardSigmoid", {x})});
  expect_same_result(b.done({other, sum, slope}), recognise_swish,
                     {"Sigmoid", "Mul", "Sigmoid", "Add", "HardSigmoid", "Mul"});
}

TEST(RecogniseSwish, KeepsAGateThatOthersRead) {
  Builder b;
  const ValueId x = b.input({2, 3}), gate = b.node("Sigmoid", {x});
  expect_same_result(b.done({b.node("Mul", {x, gate}), gate}), recognise_swish, {"Sigmoid", "Swish"});
}

ValueId sixth(Builder& b, ValueId x, bool divide) {
  return divide ? b.node("Div", {x, b.scalar(6)}) : b.node("Mul", {b.scalar(1 / 6.F), x});
}

TEST(RecogniseHardSwish, InAllSpellings) {
  for (int spelling = 0; spelling < 16; ++spelling) {
    const bool divide = spelling & 1, swap_add = spelling & 2, swap_mul = spelling & 4, late = spelling & 8;
    Builder b;
    const ValueId x = b.input({2, 3, 6, 5}), three = b.scalar(3);
    const ValueId sum = b.node("Add", swap_add ? std::vector{three, x} : std::vector{x, three});
    ValueId gate = b.node("Clip", {sum, b.scalar(0), b.scalar(6)});
    if (!late) gate = sixth(b, gate, divide);
    ValueId y = b.node("Mul", swap_mul ? std::vector{gate, x} : std::vector{x, gate});
    if (late) y = sixth(b, y, divide);
    const auto both = [](Graph& graph) {
      recognise_hard_swish(graph);
      recognise_swish(graph);
    };
    expect_same_result(b.done({y}), both, {"HardSwish"});
  }
}

TEST(RecogniseHardSwish, HardSigmoidAlone) {
  Builder b;
  const ValueId sum = b.node("Add", {b.input({2, 3}), b.scalar(3)});
  const ValueId clip = b.node("Clip", {sum, b.scalar(0), b.scalar(6)});
  expect_same_result(b.done({sixth(b, clip, true)}), recognise_hard_swish, {"HardSigmoid"});
}

TEST(RecogniseHardSwish, LeavesOtherNumbers) {
  for (const auto& [shift, high, divisor] : {std::tuple{2.F, 6.F, 6.F}, {3.F, 5.F, 6.F}, {3.F, 6.F, 5.F}}) {
    Builder b;
    const ValueId sum = b.node("Add", {b.input({2, 3}), b.scalar(shift)});
    const ValueId clip = b.node("Clip", {sum, b.scalar(0), b.scalar(high)});
    expect_same_result(b.done({b.node("Div", {clip, b.scalar(divisor)})}), recognise_hard_swish,
                       {"Add", "Clip", "Div"});
  }
}

TEST(RecogniseHardSwish, LeavesAConstantThatWidensTheResult) {
  Builder b;
  const ValueId sum = b.node("Add", {b.input({3}), b.floats({1, 1}, 3, 3)});
  const ValueId clip = b.node("Clip", {sum, b.scalar(0), b.scalar(6)});
  expect_same_result(b.done({sixth(b, clip, true)}), recognise_hard_swish, {"Add", "Clip", "Div"});
}

// x, 0.5 and 1 + erf in the order that `order` says, multiplied from the left or from the right.
ValueId written_gelu(Builder& b, ValueId x, const std::vector<int>& order, bool from_left, bool divide) {
  const ValueId scaled =
      divide ? b.node("Div", {x, b.scalar(1.41421356F)}) : b.node("Mul", {x, b.scalar(0.70710678F)});
  const ValueId erf = b.node("Add", {b.node("Erf", {scaled}), b.scalar(1)});
  const std::vector<ValueId> factors{x, b.scalar(0.5F), erf};
  const auto at = [&](std::size_t i) { return factors[static_cast<std::size_t>(order[i])]; };
  return from_left ? b.node("Mul", {b.node("Mul", {at(0), at(1)}), at(2)})
                   : b.node("Mul", {at(0), b.node("Mul", {at(1), at(2)})});
}

TEST(RecogniseGelu, InAllOrders) {
  std::vector<int> order{0, 1, 2};
  do {
    for (int spelling = 0; spelling < 4; ++spelling) {
      Builder b;
      const ValueId x =
          b.node("Mul", {b.input({2, 3}), b.input({2, 3})});  // a product is no factor of x's own
      const Graph graph = b.done({written_gelu(b, x, order, (spelling & 1) != 0, (spelling & 2) != 0)});
      expect_same_result(graph, recognise_gelu, {"Mul", "Gelu"});
    }
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(RecogniseGelu, DividedByTwo) {
  Builder b;
  const ValueId x = b.input({2, 3});
  const ValueId erf = b.node("Erf", {b.node("Div", {x, b.scalar(1.41421356F)})});
  const ValueId product = b.node("Mul", {x, b.node("Add", {b.scalar(1), erf})});
  expect_same_result(b.done({b.node("Div", {product, b.scalar(2)})}), recognise_gelu, {"Gelu"});
}

TEST(RecogniseGelu, LeavesOtherProducts) {
  Builder b;
  const ValueId x = b.input({2, 3}), z = b.input({2, 3});
  const ValueId erf =
      b.node("Add", {b.node("Erf", {b.node("Div", {x, b.scalar(1.41421356F)})}), b.scalar(1)});
  const ValueId whole = b.node("Mul", {x, erf});                                   // no half
  const ValueId other = b.node("Mul", {b.node("Mul", {z, b.scalar(0.5F)}), erf});  // another x
  const Graph graph = b.done({whole, other});
  Graph after = graph;
  expect_same_result(graph, recognise_gelu, {"Div", "Erf", "Add", "Mul", "Mul", "Mul"});
}

TEST(Lower, ActivationsInAnySpellingEndInTheConvolution) {
  Builder b;
  ValueId x = b.conv(b.input({2, 3, 6, 5}), 3, 4);
  x = b.conv(b.node("Mul", {x, b.node("Sigmoid", {x})}), 4, 4);
  const ValueId clip = b.node("Clip", {b.node("Add", {x, b.scalar(3)}), b.scalar(0), b.scalar(6)});
  x = b.conv(b.node("Div", {b.node("Mul", {x, clip}), b.scalar(6)}), 4, 4);
  const Graph graph = b.done({written_gelu(b, x, {0, 2, 1}, true, true)});
  EXPECT_EQ(after_all(graph), (Names{"Reorder", "Conv", "Conv", "Conv", "Reorder"}));
}

TEST(ReplaceSpellings, SumOfTwoAndTheMeanOverPixels) {
  Builder b;
  const ValueId x = b.input({2, 3, 4, 5}), y = b.input({3, 1, 1});
  const ValueId sum = b.node("Sum", {x, y});
  const ValueId kept = b.node("ReduceMean", {sum}, {{"axes", Ints{2, 3}}});
  const ValueId dropped =
      b.node("ReduceMean", {sum}, {{"axes", Ints{-1, -2}}, {"keepdims", std::int64_t{0}}});
  expect_same_result(b.done({kept, dropped}), replace_spellings,
                     {"Add", "GlobalAveragePool", "GlobalAveragePool", "Squeeze"});
}

TEST(ReplaceSpellings, LeavesOtherSumsAndMeans) {
  Builder b;
  const ValueId x = b.input({2, 3, 4, 5});
  const ValueId sum = b.node("Sum", {x, x, x});
  const ValueId rows = b.node("ReduceMean", {sum}, {{"axes", Ints{2}}});
  const ValueId row = b.node("ReduceMean", {b.input({2, 3, 4})}, {{"axes", Ints{2}}});
  expect_same_result(b.done({rows, row}), replace_spellings, {"Sum", "ReduceMean", "ReduceMean"});
}

}  // namespace
}  // namespace yy
