#include "tests/cases/case.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "runtime/error.h"

namespace yy::test {
namespace {

std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;  // FNV-1a: the same everywhere, unlike std::hash
  for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h;
}

CaseInput input_of(Index dims, DType dtype, double low, double high) {
  CaseInput input;
  input.dims = std::move(dims);
  input.dtype = dtype;
  input.low = low;
  input.high = high;
  return input;
}

Array random_array(const CaseInput& input, Dice& dice) {
  Array array(input.dtype, input.dims);
  for (std::int64_t i = 0; i < array.size(); ++i) {
    if (array.is_real()) {
      array.real[i] = round_to(array.dtype, static_cast<float>(dice.uniform(input.low, input.high)));
    } else {
      array.whole[i] = dice.pick(std::llround(input.low), std::llround(input.high));
    }
  }
  return array;
}

std::vector<Arrangement> layouts(const Case& c) {
  constexpr Layout rows = Layout::row_major, last = Layout::channels_last;
  if (c.op->name() == "Reorder") return {{rows, last}, {last, rows}};
  switch (c.op->layout_rule()) {
    case LayoutRule::row_major:
      return {{rows, rows}};
    case LayoutRule::channels_last:
      return {{last, last}};
    case LayoutRule::follow:
      break;
  }
  std::size_t rank = 0;
  for (const CaseInput& input : c.inputs) rank = std::max(rank, input.dims.size());
  if (rank != 4) return {{rows, rows}};
  return {{rows, rows}, {last, last}};
}

PrecisionRule precision_rule(const Case& c) {
  const bool has_float = std::any_of(c.inputs.begin(), c.inputs.end(), [](const CaseInput& input) {
    return input.present && !input.constant && input.dtype == DType::f32;
  });
  return has_float ? c.op->precision_rule(prepare(c, {}).inputs) : PrecisionRule::float32;
}

// Turns a case in float32 into what the kernel gets in a network that runs in a narrow type. Numbers that are
// read in it, constant weights among them, are rounded first: the reference is to see what the kernel sees.
void narrow(const Case& c, const Arrangement& arrangement, Prepared& prepared) {
  const bool multiplies = c.op->precision_rule(prepared.inputs) == PrecisionRule::accumulate;
  for (std::size_t i = 0; i < prepared.inputs.size(); ++i) {
    OpInput& input = prepared.inputs[i];
    if (!input.present || input.desc.dtype != DType::f32) continue;
    Array& array = *prepared.arrays[i];
    const DType type = input.constant        ? DType::f32
                       : multiplies && i > 0 ? arrangement.written
                                             : arrangement.read;
    const bool is_weight = multiplies && i == 1;
    if (type != DType::f32 || is_weight) {
      for (double& x : array.real) x = round_to(arrangement.read, x);
    }
    array.dtype = input.desc.dtype = type;
    if (is_weight) store(array, Layout::row_major, prepared.constants[i].mutable_data());
  }
  for (TensorDesc& desc : prepared.outputs) {
    if (desc.dtype == DType::f32) desc.dtype = arrangement.written;
  }
}

}  // namespace

std::string full_name(const Case& c) {
  return std::string(c.op->name()) + "_" + c.name;
}

std::string text(const Arrangement& arrangement) {
  const auto of = [](Layout layout) { return layout == Layout::row_major ? "rows" : "channels_last"; };
  std::string text = of(arrangement.input);
  if (arrangement.input != arrangement.output) text += fmt::format("_to_{}", of(arrangement.output));
  if (arrangement.read != DType::f32) text += fmt::format("_{}", name_of(arrangement.read));
  if (arrangement.read != arrangement.written) text += "_sums";
  return text;
}

Precision precision_of(const Arrangement& arrangement) {
  for (Precision precision : {Precision::f16, Precision::bf16}) {
    if (arrangement.read == type_of(precision)) return precision;
  }
  return Precision::f32;
}

std::vector<Arrangement> arrangements(const Case& c) {
  std::vector<Arrangement> all = layouts(c);
  const std::size_t in_float32 = all.size();
  const PrecisionRule rule = precision_rule(c);
  for (std::size_t i = 0; i < in_float32 && rule != PrecisionRule::float32; ++i) {
    const auto [input, output, read, written] = all[i];
    for (DType narrow : {DType::bf16, DType::f16}) {
      all.push_back({input, output, narrow, narrow});
      if (rule == PrecisionRule::accumulate) all.push_back({input, output, narrow, DType::f32});
    }
  }
  return all;
}
std::optional<Array> elements(const Case& c, std::size_t i) {
  const CaseInput& input = c.inputs[i];
  if (!input.present) return std::nullopt;
  Array array(input.dtype, input.dims);
  if (!input.whole.empty()) {
    array.whole = input.whole;
  } else if (!input.values.empty()) {
    for (std::size_t k = 0; k < input.values.size(); ++k) {
      const auto at = static_cast<std::int64_t>(k);
      array.set(at,
                array.is_real() ? static_cast<double>(static_cast<float>(input.values[k])) : input.values[k]);
    }
  } else {
    Dice dice(hash(full_name(c)), "input", static_cast<int>(i));
    array = random_array(input, dice);
  }
  return array;
}

TensorDesc input_desc(const Case& c, std::size_t i, const Arrangement& arrangement) {
  const CaseInput& input = c.inputs[i];
  const bool laid_out = input.dims.size() == 4 && !input.constant;  // constants stay row-major
  return {Shape(input.dims), input.dtype, laid_out ? arrangement.input : Layout::row_major};
}

TensorDesc output_desc(const TensorDesc& inferred, const Arrangement& arrangement) {
  TensorDesc desc = inferred;
  desc.layout = desc.shape.rank() == 4 ? arrangement.output : Layout::row_major;
  return desc;
}

Prepared prepare(const Case& c, const Arrangement& arrangement) {
  Prepared result;
  result.constants.resize(c.inputs.size());  // first: `inputs` points into it
  for (std::size_t i = 0; i < c.inputs.size(); ++i) {
    result.arrays.push_back(elements(c, i));
    OpInput& input = result.inputs.emplace_back();
    if (!c.inputs[i].present) continue;
    input.present = true;
    input.desc = input_desc(c, i, arrangement);
    if (!c.inputs[i].constant) continue;
    result.constants[i] = Tensor(input.desc);
    store(*result.arrays[i], Layout::row_major, result.constants[i].mutable_data());
    input.constant = &result.constants[i];
  }
  for (const TensorDesc& desc : c.op->infer(result.inputs)) {
    result.outputs.push_back(output_desc(desc, arrangement));
  }
  if (arrangement.read != DType::f32) narrow(c, arrangement, result);
  return result;
}

std::int64_t flops(const Case& c, const Prepared& prepared) {
  return 2 * c.op->macs(prepared.inputs, prepared.outputs);
}

std::int64_t bytes(const Prepared& prepared) {
  std::size_t sum = 0;
  for (const OpInput& input : prepared.inputs) sum += input.present ? input.desc.bytes() : 0;
  for (const TensorDesc& desc : prepared.outputs) sum += desc.bytes();
  return static_cast<std::int64_t>(sum);
}

Case node(std::string name, std::string op_type, int opset, AttributeList attributes,
          std::vector<CaseInput> inputs, double tolerance, std::size_t outputs) {
  Case c;
  c.name = std::move(name);
  c.source.op_type = std::move(op_type);
  c.source.opset = opset;
  c.source.input_count = inputs.size();
  c.source.output_count = outputs;
  c.inputs = std::move(inputs);
  c.tolerance = tolerance;
  for (auto& [key, value] : attributes) c.source.attributes.set(key, std::move(value));
  try {
    c.op = read_op(c.source);
  } catch (const Error& error) {
    throw error.within("case '" + c.name + "' of " + c.source.op_type);
  }
  return c;
}

Case own(std::string name, std::shared_ptr<const Op> op, std::vector<CaseInput> inputs, double tolerance) {
  Case c;
  c.name = std::move(name);
  c.source.op_type = op->name();
  c.op = std::move(op);
  c.inputs = std::move(inputs);
  c.tolerance = tolerance;
  return c;
}

double size_of_sum(std::int64_t terms) {
  return std::sqrt(static_cast<double>(terms)) / 6;
}

CaseInput data(Index dims, DType dtype) {
  switch (dtype) {
    case DType::f32:
    case DType::f16:
    case DType::bf16:
      return input_of(std::move(dims), dtype, -1, 1);
    case DType::i64:
    case DType::i32:
      return input_of(std::move(dims), dtype, -9, 9);
    case DType::i8:
      return input_of(std::move(dims), dtype, -128, 127);
    case DType::u8:
      return input_of(std::move(dims), dtype, 0, 255);
    case DType::boolean:
      break;
  }
  return input_of(std::move(dims), dtype, 0, 1);
}

CaseInput data_in(Index dims, double low, double high) {
  return input_of(std::move(dims), DType::f32, low, high);
}

CaseInput weight(Index dims) {
  return fixed(data(std::move(dims)));
}

CaseInput ints(Ints values, DType dtype) {
  CaseInput input = fixed(data({std::ssize(values)}, dtype));
  input.whole = std::move(values);
  return input;
}

CaseInput scalar(double value, DType dtype) {
  return fixed(given({}, {value}, dtype));
}

CaseInput given(Index dims, std::vector<double> values, DType dtype) {
  CaseInput input = data(std::move(dims), dtype);
  if (size_of_dims(input.dims) != std::ssize(values)) {
    throw Error(ErrorCode::failure, "a case gives a number of elements that does not fit its shape");
  }
  input.values = std::move(values);
  return input;
}

CaseInput fixed(CaseInput input) {
  input.constant = true;
  return input;
}

CaseInput absent() {
  CaseInput input;
  input.present = false;
  return input;
}

Dice::Dice(std::uint64_t seed, std::string_view family, int index)
    : state_(seed * 0x9e3779b97f4a7c15 ^ hash(family) ^ (static_cast<std::uint64_t>(index) << 32)) {
  next();
}

std::uint64_t Dice::next() {  // splitmix64
  state_ += 0x9e3779b97f4a7c15;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

std::int64_t Dice::pick(std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
}

double Dice::uniform(double low, double high) {
  return low + (high - low) * static_cast<double>(next() >> 11) * 0x1p-53;
}

}  // namespace yy::test
