// One case of an operator: how its op is read, what it is given, how far a result may be from the reference.
// The tests run every case on every backend; a microbenchmark may time the same ones. A case is a value and
// depends on nothing but its row (or its seed and index), so its inputs are the same on every machine.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ops/activation.h"
#include "ops/registry.h"
#include "runtime/backend.h"
#include "runtime/op.h"
#include "tests/reference/array.h"

namespace yy::test {

using Ints = std::vector<std::int64_t>;

struct CaseInput {
  bool present = true;
  bool constant = false;  // known while the kernel is made
  DType dtype = DType::f32;
  Index dims;
  double low = -1, high = 1;        // random elements lie in [low, high]
  std::vector<double> values = {};  // given elements; all of them, or none
  Ints whole = {};                  // the same for integers that a double does not hold
};

struct Case {
  std::string name;   // letters, digits and underscores; unique among the cases of its operator
  NodeSource source;  // what `op` was read from; of our own operators only op_type is set
  std::shared_ptr<const Op> op;
  std::vector<CaseInput> inputs;
  double tolerance = 0;        // see differences() in tests/reference/array.h; 0 where nothing is rounded
  double size = 0;             // likewise: of sums, so that one that cancels is not judged by what is left
  std::string reproduce = {};  // random cases: the environment that makes this one again
};

// How a case's tensors lie in memory: the layouts of rank-4 inputs and outputs, and the types in which the
// float32 tensors that are no constants are read and written.
struct Arrangement {
  Layout input = Layout::row_major;
  Layout output = Layout::row_major;
  DType read = DType::f32;
  DType written = DType::f32;
};

std::string full_name(const Case& c);  // "Conv_3x3_stride_2"
std::string text(const Arrangement& arrangement);

// What a device must have to run a case in this arrangement.
Precision precision_of(const Arrangement& arrangement);

// Every arrangement that the op's layout rule and precision rule allow for this case.
std::vector<Arrangement> arrangements(const Case& c);

// The elements of input `i`; absent inputs give nothing.
std::optional<Array> elements(const Case& c, std::size_t i);

// The descs of input `i` and of an output in an arrangement. Constants are row-major in every arrangement.
TensorDesc input_desc(const Case& c, std::size_t i, const Arrangement& arrangement);
TensorDesc output_desc(const TensorDesc& inferred, const Arrangement& arrangement);

// A case as an op sees it: descs, and constants, which live as long as this does.
struct Prepared {
  std::vector<std::optional<Array>> arrays;
  std::vector<Tensor> constants;  // per input; empty tensors for inputs that are none
  std::vector<OpInput> inputs;
  std::vector<TensorDesc> outputs;  // as inferred, in the arrangement's layout
};

Prepared prepare(const Case& c, const Arrangement& arrangement);

// What one run costs, for throughput in benchmarks.
std::int64_t flops(const Case& c, const Prepared& prepared);  // two per multiply-accumulate
std::int64_t bytes(const Prepared& prepared);                 // of all inputs and outputs once

// Every explicit case of every operator in ops/op_list.inc, and `count` random ones per family that has them.
std::vector<Case> explicit_cases();
std::vector<Case> random_cases(std::uint64_t seed, int count);

// --- for the tables in FAMILY.cpp ---

using AttributeList = std::vector<std::pair<std::string, AttributeValue>>;

// An ONNX node read through read_op, so that the reader is tested as well.
Case node(std::string name, std::string op_type, int opset, AttributeList attributes,
          std::vector<CaseInput> inputs, double tolerance = 0, std::size_t outputs = 1);

// An operator of ours, or an ONNX one as a pass makes it.
Case own(std::string name, std::shared_ptr<const Op> op, std::vector<CaseInput> inputs, double tolerance = 0);

// Random floats lie in [-1,1], integers in [-9,9], bytes in the whole of their range.
CaseInput data(Index dims, DType dtype = DType::f32);
CaseInput data_in(Index dims, double low, double high);    // floats
CaseInput weight(Index dims);                              // constant floats
CaseInput ints(Ints values, DType dtype = DType::i64);     // constant list
CaseInput scalar(double value, DType dtype = DType::f32);  // constant of rank 0
CaseInput given(Index dims, std::vector<double> values, DType dtype = DType::f32);
CaseInput fixed(CaseInput input);  // the same as a constant
CaseInput absent();

// Random numbers that are the same everywhere.
class Dice {
 public:
  Dice(std::uint64_t seed, std::string_view family, int index);
  std::uint64_t next();
  std::int64_t pick(std::int64_t low, std::int64_t high);  // both inclusive
  double uniform(double low, double high);
  bool chance(int percent) { return pick(1, 100) <= percent; }
  std::int64_t one_of(const Ints& values) {
    return values[static_cast<std::size_t>(pick(0, std::ssize(values) - 1))];
  }

 private:
  std::uint64_t state_;
};

double size_of_sum(std::int64_t terms);    // of products of two numbers in -1..1, on the low side
Activation random_activation(Dice& dice);  // every kind there is, with random parameters

}  // namespace yy::test
