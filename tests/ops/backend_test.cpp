// Every case of every operator on every backend, against the naive references.
//
// YY_CASE=Conv_dilated runs one case (or all whose names contain the text); YY_SEED and YY_RANDOM choose the
// random cases: their seed, and how many per family.
#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <iostream>

#include "ops/devices.h"
#include "tests/cases/case.h"
#include "tests/ops/backends.h"
#include "tests/ops/kernel_run.h"
#include "tests/reference/reference.h"

namespace yy::test {
namespace {

struct Run {
  const DeviceUnderTest* device;
  std::shared_ptr<const Case> c;
  Arrangement arrangement;
};

std::string name_of_run(const Run& run) {
  std::string name =
      fmt::format("{}_{}_{}", run.device->backend->name(), full_name(*run.c), text(run.arrangement));
  std::replace(name.begin(), name.end(), ':', '_');  // of "cuda:0"
  return name;
}

void PrintTo(const Run& run, std::ostream* out) {
  *out << name_of_run(run);
}

std::string environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

// The devices that promise the case's operator.
unsigned promises(const Case& c) {
  using namespace devices;
#define YY_OP(name, family, promised) \
  if (c.source.op_type == #name) return promised;
#define YY_OWN_OP YY_OP
#include "ops/op_list.inc"
#undef YY_OP
#undef YY_OWN_OP
  return FOLDED;
}

bool is_folded(const Case& c) {
  return promises(c) == devices::FOLDED;
}

const std::vector<std::shared_ptr<const Case>>& all_cases() {
  static const auto all = [] {
    std::vector<std::shared_ptr<const Case>> made;
    for (Case& c : explicit_cases()) made.push_back(std::make_shared<Case>(std::move(c)));
    for (Case& c :
         random_cases(std::stoull(environment("YY_SEED", "1")), std::stoi(environment("YY_RANDOM", "40")))) {
      made.push_back(std::make_shared<Case>(std::move(c)));
    }
    return made;
  }();
  return all;
}

std::vector<Run> all_runs() {
  const std::string wanted = environment("YY_CASE", "");
  std::vector<Run> containing, exact;
  for (const auto& c : all_cases()) {
    if (full_name(*c).find(wanted) == std::string::npos) continue;
    for (const Arrangement& arrangement : arrangements(*c)) {
      for (const DeviceUnderTest& device : devices_under_test()) {
        if ((promises(*c) & device.promises) == 0) continue;
        if (device.backend->support(precision_of(arrangement)) == Support::none) continue;
        containing.push_back({&device, c, arrangement});
        if (full_name(*c) == wanted) exact.push_back(containing.back());
      }
    }
  }
  return exact.empty() ? containing : exact;
}

class Operators : public testing::TestWithParam<Run> {
 protected:
  void SetUp() override {
    prepared_ = prepare(the_case(), GetParam().arrangement);
    want_ = reference(the_case(), prepared_.arrays);
    tolerance_ = the_case().tolerance;
    if (precision_of(GetParam().arrangement) != Precision::f32) expect_narrow();
  }

  void TearDown() override {
    if (!HasFailure()) return;
    const std::string how =
        the_case().reproduce.empty() ? "YY_CASE=" + full_name(the_case()) : the_case().reproduce;
    std::cout << "reproduce: " << how << " test_ops_backend\n";
  }

  const Case& the_case() const { return *GetParam().c; }
  const Backend& backend() const { return *GetParam().device->backend; }

  // The reference knows no narrow types but rounds nothing either. Results that are computed may end on
  // either side of a tie.
  void expect_narrow() {
    for (std::size_t i = 0; i < want_.size(); ++i) {
      if (!want_[i].is_real()) continue;
      want_[i].dtype = prepared_.outputs[i].dtype;
      if (want_[i].dtype == DType::f32) continue;
      for (double& x : want_[i].real) x = round_to(want_[i].dtype, x);
      const double unit = want_[i].dtype == DType::bf16 ? 0x1p-7 : 0x1p-10;  // in the last place, relative
      if (tolerance_ > 0) tolerance_ = std::max(tolerance_, unit);
    }
  }

  void check_shapes() {
    ASSERT_EQ(prepared_.outputs.size(), want_.size());
    for (std::size_t i = 0; i < want_.size(); ++i) {
      EXPECT_EQ(prepared_.outputs[i].shape.text(), Shape(want_[i].dims).text()) << "output " << i;
      EXPECT_EQ(name_of(prepared_.outputs[i].dtype), name_of(want_[i].dtype)) << "output " << i;
    }
    EXPECT_EQ(the_case().op->name(), the_case().source.op_type);
    EXPECT_EQ(flops(the_case(), prepared_), 2 * reference_macs(the_case(), prepared_.arrays, want_[0]));
  }

  void check_outputs(const KernelRun& run, bool in_place) {
    for (std::size_t i = 0; i < want_.size(); ++i) {
      EXPECT_EQ(differences(run.output(i), want_[i], tolerance_, the_case().size), "") << "output " << i;
      for (std::size_t at = 0; at < want_[i].untouched.size() && !in_place; ++at) {
        const bool good = !want_[i].untouched[at] || run.untouched(i, static_cast<std::int64_t>(at));
        EXPECT_TRUE(good) << "element " << at << " of output " << i << " should have been left as it was";
      }
    }
  }

  void check_view(const Kernel& kernel) {
    EXPECT_FALSE(kernel.bind) << "a view runs nothing";
    ASSERT_EQ(prepared_.inputs[0].desc.bytes(), prepared_.outputs[0].bytes());
    std::vector<std::byte> same(prepared_.outputs[0].bytes());
    store(*prepared_.arrays[0], prepared_.inputs[0].desc.layout, same.data());
    EXPECT_EQ(differences(load(prepared_.outputs[0], same.data()), want_[0], 0), "");
  }

  void check_kernel(const Kernel& kernel, int threads) {
    if (kernel.is_view) return check_view(kernel);
    KernelRun run(backend(), prepared_, kernel, threads);
    EXPECT_EQ(run.run(), "");
    check_outputs(run, false);
    std::vector<std::vector<std::byte>> first;
    for (std::size_t i = 0; i < want_.size(); ++i) first.push_back(run.output_bytes(i));
    EXPECT_EQ(run.run(), "") << "in the second run";
    for (std::size_t i = 0; i < want_.size(); ++i) {
      EXPECT_TRUE(run.output_bytes(i) == first[i]) << "the second run gives other bytes in output " << i;
    }
    if (!kernel.may_overwrite || !fits_in_place(prepared_, *kernel.may_overwrite)) return;
    SCOPED_TRACE(fmt::format("in place of input {}", *kernel.may_overwrite));
    KernelRun in_place(backend(), prepared_, kernel, threads, kernel.may_overwrite);
    EXPECT_EQ(in_place.run(), "");
    check_outputs(in_place, true);
  }

  // The output as a slice of a larger tensor, where the kernel can write one.
  void check_slice(int threads, WeightStore& weights) {
    const std::int64_t pitch = slice_pitch_for(prepared_);
    if (pitch == 0) return;
    const Kernel kernel = make_kernel(backend(), the_case(), prepared_, threads, weights, pitch);
    if (!kernel.writes_slice) return;
    SCOPED_TRACE("as a slice, " + kernel.implementation);
    KernelRun run(backend(), prepared_, kernel, threads, std::nullopt, pitch);
    EXPECT_EQ(run.run(), "");
    check_outputs(run, false);
  }

  Prepared prepared_;
  std::vector<Array> want_;
  double tolerance_ = 0;
};

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Operators);

TEST_P(Operators, EqualsReference) {
  check_shapes();
  if (HasFailure()) return;
  for (int threads : GetParam().device->threads) {
    WeightStore weights(settle_on(backend()));
    const Kernel kernel = make_kernel(backend(), the_case(), prepared_, threads, weights);
    SCOPED_TRACE(fmt::format("{} threads, {}", threads, kernel.implementation));
    check_kernel(kernel, threads);
    check_slice(threads, weights);
  }
}

INSTANTIATE_TEST_SUITE_P(, Operators, testing::ValuesIn(all_runs()),
                         [](const auto& one) { return name_of_run(one.param); });

TEST(FoldedOperators, EqualReference) {
  for (const auto& c : all_cases()) {
    if (!is_folded(*c)) continue;
    SCOPED_TRACE(full_name(*c));
    const Prepared prepared = prepare(*c, {});
    const std::vector<Array> want = reference(*c, prepared.arrays);
    const std::optional<Tensor> folded = c->op->fold(prepared.inputs);
    ASSERT_TRUE(folded.has_value());
    EXPECT_EQ(folded->desc(), prepared.outputs[0]);
    EXPECT_EQ(differences(load(folded->desc(), folded->data()), want[0], 0), "");
  }
}

TEST(FoldedOperators, AreRefusedByName) {
  for (const auto& c : all_cases()) {
    if (!is_folded(*c)) continue;
    const Prepared prepared = prepare(*c, {});
    for (const DeviceUnderTest& device : devices_under_test()) {
      WeightStore weights(settle_on(*device.backend));
      const KernelOrRefusal made =
          device.backend->make_kernel({*c->op, prepared.inputs, prepared.outputs, 1, weights});
      const auto* refusal = std::get_if<Refusal>(&made);
      ASSERT_NE(refusal, nullptr) << full_name(*c);
      EXPECT_NE(refusal->reason.find(c->op->name()), std::string::npos) << refusal->reason;
    }
  }
}

// Two products whose C is one constant times two small factors, which differ in the seventh digit after the
// point.
TEST(Weights, FormsOfOneConstantStayApart) {
  const std::vector<CaseInput> inputs{data({2, 5}), weight({5, 7}), fixed(data_in({7}, 1e7, 2e7))};
  for (const DeviceUnderTest& device : devices_under_test()) {
    if ((promises(node("product", "Gemm", 13, {}, inputs)) & device.promises) == 0) continue;
    const Backend* backend = device.backend;
    WeightStore weights(settle_on(*backend));
    std::optional<Prepared>
        prepared;  // of the first: the second has the same constants at the same addresses
    for (float beta : {1e-7F, 3e-7F}) {
      const Case c = node("small_factor", "Gemm", 13, {{"beta", beta}}, inputs, 1e-5);
      if (!prepared) prepared = prepare(c, {});
      const Kernel kernel = make_kernel(*backend, c, *prepared, 1, weights);
      KernelRun run(*backend, *prepared, kernel, 1);
      EXPECT_EQ(run.run(), "");
      EXPECT_EQ(differences(run.output(0), reference(c, prepared->arrays)[0], c.tolerance), "")
          << "beta " << beta;
    }
  }
}

TEST(Cases, CoverEveryOperator) {
  const auto count = [](std::string_view op) {
    int n = 0;
    for (const Case& c : explicit_cases()) n += c.op->name() == op ? 1 : 0;
    return n;
  };
#define YY_OP(name, family, devices) EXPECT_GT(count(#name), 0) << #name " has no case";
#define YY_OWN_OP YY_OP
#include "ops/op_list.inc"
#undef YY_OP
#undef YY_OWN_OP
}

TEST(Cases, AreTheSameWhenMadeAgain) {
  const std::vector<Case> some = random_cases(7, 2), again = random_cases(7, 2);
  ASSERT_EQ(some.size(), again.size());
  for (std::size_t i = 0; i < some.size(); ++i) {
    EXPECT_EQ(full_name(some[i]), full_name(again[i]));
    EXPECT_EQ(elements(some[i], 0)->dims, elements(again[i], 0)->dims);
    EXPECT_EQ(elements(some[i], 0)->real, elements(again[i], 0)->real);
  }
}

}  // namespace
}  // namespace yy::test
