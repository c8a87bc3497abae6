// What operators refuse, when they are read and when their shapes are inferred: each message names the input
// or attribute that does not fit, and what was found.
#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

#include "ops/batch_norm.h"
#include "ops/channel_map.h"
#include "ops/conv.h"
#include "ops/normalise_rows.h"
#include "ops/probe.h"
#include "ops/queue.h"
#include "ops/rows.h"
#include "ops/select.h"
#include "ops/squeeze_excite.h"
#include "runtime/error.h"
#include "tests/ops/refused.h"

namespace yy::test {
namespace {

const CaseInput picture = data({1, 6, 8, 8});
const CaseInput kernel = weight({4, 6, 3, 3});
constexpr DType i64 = DType::i64, i32 = DType::i32;

class Refusals : public testing::TestWithParam<Refused> {};

TEST_P(Refusals, NameWhatDoesNotFit) {
  const Refused& refused = GetParam();
  try {
    const Case c = node("", refused.op_type, refused.opset, refused.attributes, refused.inputs);
    const Prepared prepared = prepare(c, {});
    FAIL() << "taken, with output " << (prepared.outputs.empty() ? "none" : prepared.outputs[0].text());
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::model) << error.what();
    for (const std::string& word : refused.words) {
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos)
          << "no " << word << " in: " << error.what();
    }
  }
}

std::vector<Refused> all_rows() {
  std::vector<Refused> all;
  for (auto table : {refused_convolutions, refused_pools, refused_products, refused_pointwise,
                     refused_reshapes, refused_movements, refused_constants}) {
    std::ranges::move(table(), std::back_inserter(all));
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(, Refusals, testing::ValuesIn(all_rows()),
                         [](const auto& one) { return one.param.op_type + "_" + one.param.name; });

// What an op refuses that no ONNX node makes.
std::string refusal_of(std::shared_ptr<const Op> op, std::vector<CaseInput> inputs) {
  try {
    prepare(own("refused", std::move(op), std::move(inputs)), {});
  } catch (const Error& error) {
    return error.what();
  }
  return "taken";
}

TEST(OwnForms, BatchNormalizationNamesThePartThatDoesNotFit) {
  const auto refused = [](std::vector<CaseInput> parts, std::int64_t channels) {
    const std::size_t count = parts.size();
    std::vector<CaseInput> inputs{parts[0], weight({channels}), weight({channels}), weight({channels}),
                                  weight({channels})};
    inputs.insert(inputs.end(), parts.begin() + 1, parts.end());
    return refusal_of(std::make_shared<BatchNorm>(1e-5F, std::nullopt, count), std::move(inputs));
  };
  using testing::HasSubstr;
  EXPECT_EQ(refused({picture, data({1, 3, 8, 8})}, 9), "taken");
  EXPECT_THAT(refused({picture, data({1, 3, 8, 8})}, 6), AllOf(HasSubstr("'scale'"), HasSubstr("[9]")));
  EXPECT_THAT(refused({picture, data({1, 3, 8, 7})}, 9), AllOf(HasSubstr("input 5"), HasSubstr("[1,3,8,7]")));
  EXPECT_THAT(refused({picture, data({1, 3, 64})}, 9), AllOf(HasSubstr("input 5"), HasSubstr("rank 4")));
  EXPECT_THAT(refused({picture, ints({1})}, 7), AllOf(HasSubstr("input 5"), HasSubstr("int64")));
  EXPECT_THAT(refused({picture, absent()}, 6), AllOf(HasSubstr("input 5"), HasSubstr("missing")));
}

TEST(OwnRefusals, NameWhatDoesNotFit) {
  const auto has = [](const std::string& text, const std::string& word) {
    EXPECT_NE(text.find(word), std::string::npos) << "no " << word << " in: " << text;
  };
  const CaseInput one = data({1}, i32), index = data({2}, i32);
  has(refusal_of(std::make_shared<Probe>(false), {data({3, 4, 2, 1})}), "[3,4,2,1]");
  has(refusal_of(std::make_shared<Probe>(false), {data({3, 0})}), "[3,0]");
  has(refusal_of(std::make_shared<Probe>(false), {data({3})}), "[3]");
  has(refusal_of(std::make_shared<Probe>(false), {data({3, 4}, i64)}), "'scores'");
  has(refusal_of(std::make_shared<Select>(), {data({3, 1}), data({1}), one}), "'confidence'");
  has(refusal_of(std::make_shared<Select>(), {data({3}), data({2}), one}), "'threshold'");
  has(refusal_of(std::make_shared<Select>(), {data({3}), data({1}), data({1}, i64)}), "'valid'");
  const auto gather = std::make_shared<Rows>(Rows::Kind::gather),
             scatter = std::make_shared<Rows>(Rows::Kind::scatter);
  has(refusal_of(gather, {data({3, 4}), data({2}, i64), one}), "'index'");
  has(refusal_of(gather, {data({3, 4}), data({2, 1}, i32), one}), "'index'");
  has(refusal_of(gather, {data({3, 4}), index, index}), "'count'");
  has(refusal_of(gather, {data({}), index, one}), "'rows'");
  has(refusal_of(scatter, {data({3, 4}), index, one, data({5, 4})}), "[3,4]");
  has(refusal_of(scatter, {data({2, 4}), index, one, data({5, 3})}), "[5,3]");
  has(refusal_of(scatter, {data({2, 4}), index, one, data({5, 4}, i64)}), "'into'");
  has(refusal_of(scatter, {data({2, 4}), index, one}), "inputs");
  const auto residual = std::make_shared<Conv>(WindowAttributes{}, 1, Epilogue{true, std::nullopt});
  has(refusal_of(residual, {picture, kernel, absent(), data({1, 4, 6, 5})}), "'residual'");
  has(refusal_of(residual, {picture, kernel}), "'residual'");
  const auto gate = std::make_shared<SqueezeExcite>(std::nullopt, std::nullopt);
  const CaseInput squeeze = weight({2, 6, 1, 1}), excite = weight({6, 2, 1, 1}), none = absent();
  has(refusal_of(gate, {picture, squeeze, none}), "4 to 5 inputs");
  has(refusal_of(gate, {picture, squeeze, none, none}), "'W2'");
  has(refusal_of(gate, {picture, weight({2, 6}), none, excite}), "'W1'");
  has(refusal_of(gate, {picture, weight({2, 5, 1, 1}), none, excite}), "[2,6,1,1]");
  has(refusal_of(gate, {picture, squeeze, none, weight({6, 3, 1, 1})}), "[6,2,1,1]");
  has(refusal_of(gate, {picture, data({2, 6, 1, 1}), none, excite}), "'W1' must be a constant");
  has(refusal_of(gate, {picture, squeeze, weight({3}), excite}), "'B1'");
  has(refusal_of(gate, {picture, squeeze, none, excite, weight({3})}), "'B2'");
  has(refusal_of(gate, {data({1, 6, 0, 8}), squeeze, none, excite}), "no pixels");
  const auto map = [](std::int32_t input, std::int32_t channel) {
    return std::make_shared<ChannelMap>(std::vector<ChannelMap::Output>{{{input, channel}}});
  };
  has(refusal_of(map(0, 6), {picture}), "input 0 has no channel 6");
  has(refusal_of(map(1, 0), {picture}), "input 1 has no channel 0");
  has(refusal_of(map(0, -1), {picture}), "input 0 has no channel -1");
  has(refusal_of(map(0, 0), {picture, data({1, 2, 8, 7})}), "[1,2,8,8]");
  has(refusal_of(map(0, 0), {picture, data({1, 2, 8, 8}, i64)}), "'input 1'");
  has(refusal_of(map(0, 0), {data({6, 8, 8})}), "rank 4");
}

TEST(OwnRefusals, NormaliseRowsNamesWhatDoesNotFit) {
  const auto refused = [](CaseInput pixels, CaseInput index, CaseInput count, CaseInput table) {
    return refusal_of(std::make_shared<NormaliseRows>(), {pixels, index, count, table});
  };
  using testing::HasSubstr;
  const CaseInput pixels = data({2, 8, 8, 3}, DType::u8), one = data({1}, i32), index = data({2}, i32),
                  table = data({3, 256});
  EXPECT_EQ(refused(pixels, index, one, table), "taken");
  EXPECT_EQ(refused(data({2, 3, 8, 8}, DType::u8), index, one, table), "taken");
  EXPECT_THAT(refused(data({2, 8, 8, 3}), index, one, table), HasSubstr("'pixels'"));
  EXPECT_THAT(refused(data({2, 192}, DType::u8), index, one, table), HasSubstr("'pixels'"));
  EXPECT_THAT(refused(data({2, 8, 7, 3}, DType::u8), index, one, table), HasSubstr("[2,8,7,3]"));
  EXPECT_THAT(refused(data({2, 4, 8, 8}, DType::u8), index, one, table), HasSubstr("[2,4,8,8]"));
  EXPECT_THAT(refused(pixels, data({2}, i64), one, table), HasSubstr("'index'"));
  EXPECT_THAT(refused(pixels, data({2, 1}, i32), one, table), HasSubstr("'index'"));
  EXPECT_THAT(refused(pixels, index, index, table), HasSubstr("'count'"));
  EXPECT_THAT(refused(pixels, index, data({1}), table), HasSubstr("'count'"));
  EXPECT_THAT(refused(pixels, index, one, data({256, 3})), HasSubstr("[256,3]"));
  EXPECT_THAT(refused(pixels, index, one, data({3, 256}, i32)), HasSubstr("'table'"));
  EXPECT_THAT(refusal_of(std::make_shared<NormaliseRows>(), {pixels, index, one}), HasSubstr("4 inputs"));
}

TEST(OwnRefusals, EnqueueNamesWhatDoesNotFit) {
  const auto refused = [](std::int64_t capacity, std::vector<CaseInput> inputs) {
    return refusal_of(std::make_shared<Enqueue>(capacity), std::move(inputs));
  };
  using testing::HasSubstr;
  const CaseInput one = data({1}, i32), index = data({2}, i32), crops = data({3, 7}, DType::u8),
                  queue = data({256 + 256 + 5 * 7}, DType::u8);
  EXPECT_EQ(refused(5, {index, one, crops, queue}), "taken");
  EXPECT_EQ(refused(5, {index, one, data({9, 1, 7}, DType::u8), queue}), "taken");
  EXPECT_THAT(refused(5, {data({2}, i64), one, crops, queue}), HasSubstr("'index'"));
  EXPECT_THAT(refused(5, {data({2, 1}, i32), one, crops, queue}), HasSubstr("'index'"));
  EXPECT_THAT(refused(5, {index, index, crops, queue}), HasSubstr("'count'"));
  EXPECT_THAT(refused(5, {index, data({1}), crops, queue}), HasSubstr("'count'"));
  EXPECT_THAT(refused(5, {index, one, data({3, 7}, DType::i8), queue}), HasSubstr("'crops'"));
  EXPECT_THAT(refused(5, {index, one, data({}, DType::u8), queue}), HasSubstr("'crops'"));
  EXPECT_THAT(refused(5, {index, one, data({3, 0}, DType::u8), queue}), HasSubstr("'row_bytes'"));
  EXPECT_THAT(refused(6, {index, one, crops, queue}), HasSubstr("[554]"));
  EXPECT_THAT(refused(5, {index, one, crops, data({547}, DType::i8)}), HasSubstr("'queue'"));
  EXPECT_THAT(refused(0, {index, one, crops, queue}), HasSubstr("'capacity'"));
  EXPECT_THAT(refused((std::int64_t{1} << 30) + 1, {index, one, crops, queue}), HasSubstr("'capacity'"));
  EXPECT_THAT(refused(5, {index, one, crops}), HasSubstr("4 inputs"));
}

TEST(OwnRefusals, DequeueNamesWhatDoesNotFit) {
  const CaseInput queue = data({256 + 256 + 5 * 7}, DType::u8), least = data({1}, i32);
  const auto refused = [](QueueLayout layout, std::int64_t batch, std::int64_t patience,
                          std::vector<CaseInput> inputs) {
    return refusal_of(std::make_shared<Dequeue>(layout, batch, patience), std::move(inputs));
  };
  using testing::HasSubstr;
  EXPECT_EQ(refused({5, 7}, 2, 0, {queue, least}), "taken");
  EXPECT_THAT(refused({5, 8}, 2, 0, {queue, least}), HasSubstr("[552]"));
  EXPECT_THAT(refused({5, 7}, 2, 0, {data({547}, DType::i8), least}), HasSubstr("'queue'"));
  EXPECT_THAT(refused({5, 7}, 2, 0, {queue, data({2}, i32)}), HasSubstr("'least'"));
  EXPECT_THAT(refused({5, 7}, 2, 0, {queue, data({1})}), HasSubstr("'least'"));
  EXPECT_THAT(refused({5, 7}, 2, 0, {queue}), HasSubstr("2 inputs"));
  EXPECT_THAT(refused({0, 7}, 2, 0, {queue, least}), HasSubstr("'capacity'"));
  EXPECT_THAT(refused({5, 0}, 2, 0, {queue, least}), HasSubstr("'row_bytes'"));
  EXPECT_THAT(refused({5, 7}, 0, 0, {queue, least}), HasSubstr("'batch'"));
  EXPECT_THAT(refused({5, 7}, 2, -1, {queue, least}), HasSubstr("'patience'"));
}

}  // namespace
}  // namespace yy::test
