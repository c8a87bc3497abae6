// The chain Probe, Select, GatherRows, ScatterRows on the CUDA device: index buffers, order and moved rows
// are exactly the CPU's, whatever the number of rows and classes. YY_SEED chooses the random numbers.
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <set>

#include "cpu/cpu_backend.h"
#include "ops/probe.h"
#include "ops/rows.h"
#include "ops/select.h"
#include "runtime/error.h"
#include "runtime/mirror.h"
#include "tests/cases/case.h"
#include "tests/cuda/cuda_backend.h"

namespace yy::test {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float thresholds[] = {0, 0.3F, 0.7F, 1};

Backend& cpu_backend() {
  static const std::unique_ptr<Backend> cpu = make_cpu_backend();
  return *cpu;
}

std::uint64_t seed() {
  const char* given = std::getenv("YY_SEED");
  return given == nullptr ? 1 : std::stoull(given);
}

std::string how_to_repeat() {
  return "reproduce: YY_SEED=" + std::to_string(seed());
}

// Enqueues operators one after another on a stream of its own, as a program does, and waits only where
// elements are asked for.
class Chain {
 public:
  explicit Chain(const Backend& backend)
      : backend_(backend),
        weights_([&](Buffer host) { return backend.upload(std::move(host)); }),
        stream_(backend.new_stream(1)) {}

  template <class T>
  Mirror tensor(Shape shape, DType dtype, const std::vector<T>& elements) {
    Mirror made(backend_, TensorDesc{std::move(shape), dtype, Layout::row_major});
    std::copy(elements.begin(), elements.end(), made.as<T>());
    made.send(*stream_);
    return made;
  }

  // Outputs hold only 0xFF before.
  std::vector<Mirror> run(const Op& op, const std::vector<const Mirror*>& inputs) {
    std::vector<OpInput> described;
    Binding binding;
    for (const Mirror* input : inputs) {
      described.push_back({true, input->device().desc, nullptr});
      binding.inputs.push_back(input->device());
    }
    const std::vector<TensorDesc> descs = op.infer(described);
    std::vector<Mirror> outputs;
    for (const TensorDesc& desc : descs) {
      outputs.emplace_back(backend_, desc);
      std::memset(outputs.back().as<std::byte>(), 0xFF, desc.bytes());
      outputs.back().send(*stream_);
      binding.outputs.push_back(outputs.back().device());
    }
    KernelOrRefusal made = backend_.make_kernel({op, described, descs, 1, weights_});
    if (const auto* refusal = std::get_if<Refusal>(&made)) throw Error(ErrorCode::device, refusal->reason);
    launches_.push_back(std::get<Kernel>(made).bind(binding));
    stream_->run({&launches_.back(), 1});
    return outputs;
  }

  template <class T>
  std::vector<T> elements(const Mirror& tensor) {
    tensor.fetch(*stream_);
    stream_->wait();
    return {tensor.as<T>(), tensor.as<T>() + tensor.device().desc.shape.elements()};
  }

 private:
  const Backend& backend_;
  WeightStore weights_;
  std::unique_ptr<Stream> stream_;
  std::vector<Launch> launches_;
};

// What came out of the gate and of moving rows by it, all elements of all buffers.
struct Routed {
  std::vector<std::int32_t> index, count;
  std::vector<std::uint8_t> gathered;   // deferred pictures, one behind the other
  std::vector<std::uint8_t> scattered;  // the same back in their places among other rows
  std::vector<std::int32_t> slots;      // deferred rows' slots
  bool operator==(const Routed&) const = default;
};

// Each row's picture has `width` bytes: the row's number, then other numbers.
Routed route(Chain& chain, const Mirror& confidence, float threshold, std::int32_t valid,
             std::int64_t width) {
  const std::int64_t rows = confidence.device().desc.shape[0];
  std::vector<std::uint8_t> pictures, other(static_cast<std::size_t>((rows + 3) * width), 0x55);
  std::vector<std::int32_t> slots;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t i = 0; i < width; ++i) pictures.push_back(static_cast<std::uint8_t>(row * 7 + i * i));
    slots.push_back(static_cast<std::int32_t>(1000 + 3 * row));
  }
  const Mirror limit = chain.tensor<float>({1}, DType::f32, {threshold});
  const Mirror count_of_rows = chain.tensor<std::int32_t>({1}, DType::i32, {valid});
  const Mirror from = chain.tensor({rows, width}, DType::u8, pictures);
  const Mirror into = chain.tensor({rows + 3, width}, DType::u8, other);
  const Mirror numbers = chain.tensor({rows}, DType::i32, slots);
  const auto selected = chain.run(Select(), {&confidence, &limit, &count_of_rows});
  const Mirror &index = selected[0], &count = selected[1];
  const auto gathered = chain.run(Rows(Rows::Kind::gather), {&from, &index, &count});
  const auto scattered = chain.run(Rows(Rows::Kind::scatter), {&gathered[0], &index, &count, &into});
  const auto taken = chain.run(Rows(Rows::Kind::gather), {&numbers, &index, &count});
  return {chain.elements<std::int32_t>(index), chain.elements<std::int32_t>(count),
          chain.elements<std::uint8_t>(gathered[0]), chain.elements<std::uint8_t>(scattered[0]),
          chain.elements<std::int32_t>(taken[0])};
}

void expect_same(const Routed& device, const Routed& cpu) {
  EXPECT_EQ(device.count, cpu.count);
  EXPECT_EQ(device.index, cpu.index);
  EXPECT_EQ(device.slots, cpu.slots);
  EXPECT_TRUE(device.gathered == cpu.gathered) << "gathered rows differ";
  EXPECT_TRUE(device.scattered == cpu.scattered) << "scattered rows differ";
}

std::set<std::int64_t> row_counts(Dice& dice) {
  std::set<std::int64_t> counts{1,   2,   31,  32,  33,   63,   64,   65,   127, 128,
                                255, 256, 257, 511, 1000, 1023, 1024, 1025, 2000};
  for (int i = 0; i < 6; ++i) counts.insert(dice.pick(1, 2000));
  return counts;
}

// A fifth of the rows each: not a number, as large as the threshold, one of two numbers (so many are equal),
// and anything between 0 and 1.
std::vector<float> confidences(Dice& dice, std::int64_t rows, float threshold) {
  std::vector<float> result;
  for (std::int64_t row = 0; row < rows; ++row) {
    switch (dice.pick(0, 4)) {
      case 0:
        result.push_back(nan);
        break;
      case 1:
        result.push_back(threshold);
        break;
      case 2:
        result.push_back(dice.chance(50) ? 0.25F : 1.F);
        break;
      default:
        result.push_back(static_cast<float>(dice.uniform(0, 1)));
    }
  }
  return result;
}

TEST(CascadeKernels, RouteGivenConfidencesLikeTheCpu) {
  Dice dice(seed(), "route", 0);
  for (std::int64_t rows : row_counts(dice)) {
    for (float threshold : thresholds) {
      const std::vector<float> given = confidences(dice, rows, threshold);
      const std::int64_t width = dice.one_of({1, 4, 12, 15, 16, 48});
      const std::int64_t some = dice.one_of({0, rows / 2, rows - 1, rows + 5});
      for (std::int64_t valid : {rows, some}) {
        SCOPED_TRACE(testing::Message() << rows << " rows, " << valid << " valid, threshold " << threshold
                                        << ", width " << width << ", " << how_to_repeat());
        const auto routed = [&](const Backend& backend) {
          Chain chain(backend);
          return route(chain, chain.tensor({rows}, DType::f32, given), threshold,
                       static_cast<std::int32_t>(valid), width);
        };
        expect_same(routed(cuda_backend()), routed(cpu_backend()));
        if (HasFailure()) return;
      }
    }
  }
}

// Rows of all kinds: far apart, close together, all equal, certain, holding a NaN or an infinity, with the
// largest score twice.
std::vector<float> scores(Dice& dice, std::int64_t rows, std::int64_t classes) {
  std::vector<float> result;
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t kind = dice.pick(0, 9);
    const double spread = kind < 4 ? 12 : kind == 4 ? 0 : 1;
    const std::size_t begin = result.size();
    for (std::int64_t c = 0; c < classes; ++c)
      result.push_back(static_cast<float>(dice.uniform(-1, 1) * spread));
    const auto any = [&]() -> float& {
      return result[begin + static_cast<std::size_t>(dice.pick(0, classes - 1))];
    };
    if (kind == 5) any() = nan;
    if (kind == 6) any() = dice.chance(50) ? infinity : -infinity;
    if (kind == 7) any() = any() = 3;
    if (kind == 8) any() = 300;
  }
  return result;
}

struct Probed {
  std::vector<std::int32_t> label;
  std::vector<float> confidence;
  Routed routed;
};

// The whole chain; nobody waits before its end.
Probed probe_and_route(const Backend& backend, const std::vector<float>& scores, std::int64_t rows,
                       float threshold, std::int32_t valid) {
  Chain chain(backend);
  const Mirror given = chain.tensor({rows, std::ssize(scores) / rows}, DType::f32, scores);
  const auto probed = chain.run(Probe(false), {&given});
  const Routed routed = route(chain, probed[1], threshold, valid, 16);
  return {chain.elements<std::int32_t>(probed[0]), chain.elements<float>(probed[1]), routed};
}

// Floats from one to the other; both are positive, or not numbers.
std::int64_t steps_between(float a, float b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) == std::isnan(b) ? 0 : 1 << 30;
  return std::abs(std::int64_t{std::bit_cast<std::int32_t>(a)} - std::bit_cast<std::int32_t>(b));
}

// The CPU sums up exponentials in double; the device sums a row's in float32, in a tree.
constexpr std::int64_t most_steps = 4;

void expect_probes(std::int64_t classes, std::int64_t rows, Dice& dice) {
  SCOPED_TRACE(testing::Message() << rows << " rows, " << classes << " classes, " << how_to_repeat());
  const std::vector<float> given = scores(dice, rows, classes);
  const float threshold = thresholds[dice.pick(0, 3)];
  const auto valid = static_cast<std::int32_t>(dice.chance(50) ? rows : dice.pick(0, rows));
  const Probed device = probe_and_route(cuda_backend(), given, rows, threshold, valid);
  const Probed cpu = probe_and_route(cpu_backend(), given, rows, threshold, valid);
  EXPECT_EQ(device.label, cpu.label);
  for (std::size_t row = 0; row < cpu.confidence.size(); ++row) {
    const float found = device.confidence[row], expected = cpu.confidence[row];
    EXPECT_LE(steps_between(found, expected), most_steps)
        << found << " in row " << row << ", not " << expected;
  }
  // Near the threshold the two may differ, so the CPU routes by the device's confidences.
  Chain chain(cpu_backend());
  const Mirror confidence = chain.tensor({rows}, DType::f32, device.confidence);
  expect_same(device.routed, route(chain, confidence, threshold, valid, 16));
}

TEST(CascadeKernels, ProbeLikeTheCpuAndRouteByWhatTheyFound) {
  Dice dice(seed(), "probe", 0);
  for (std::int64_t rows : row_counts(dice)) {
    for (std::int64_t classes : {2, 10}) expect_probes(classes, rows, dice);
    if (HasFailure()) return;
  }
  for (std::int64_t rows : {1, 33, 100}) {
    for (std::int64_t classes : {100, 256, 257, 1000, 1001}) expect_probes(classes, rows, dice);
    if (HasFailure()) return;
  }
}

TEST(CascadeKernels, GiveARowTheSameConfidenceInEveryBatch) {
  Dice dice(seed(), "batch", 0);
  for (std::int64_t classes : {10, 1000}) {
    constexpr std::int64_t rows = 21;
    const std::vector<float> given = scores(dice, rows, classes);
    const Probed together = probe_and_route(cuda_backend(), given, rows, 0.5F, rows);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::vector<float> one(given.begin() + row * classes, given.begin() + (row + 1) * classes);
      const Probed alone = probe_and_route(cuda_backend(), one, 1, 0.5F, 1);
      EXPECT_EQ(steps_between(alone.confidence[0], together.confidence[static_cast<std::size_t>(row)]), 0)
          << "row " << row << " of " << classes << " classes, " << how_to_repeat();
    }
  }
}

}  // namespace
}  // namespace yy::test
