// Packed constants: made once, and kept as long as the network has the constant or a program the packed form.
#include "runtime/weights.h"

#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>

namespace yy {
namespace {

Tensor floats(std::int64_t count) {
  return Tensor({Shape{count}, DType::f32, Layout::row_major});
}

TEST(WeightStore, FillsEachFormOnce) {
  WeightStore store;
  const Tensor source = floats(3);
  int fills = 0;
  const auto fill = [&](void*) { ++fills; };
  const Buffer first = store.get(source, "a", 12, fill);
  EXPECT_EQ(store.get(source, "a", 12, fill).data(), first.data());
  EXPECT_NE(store.get(source, "b", 16, fill).data(), first.data());
  EXPECT_EQ(fills, 2);
}

TEST(WeightStore, KeepsWhatTheNetworkHasAndNobodyUses) {
  WeightStore store;
  const Tensor source = floats(3);
  store.get(source, "a", 12, [](void*) {});
  store.get(floats(1), "a", 4, [](void*) {});
  EXPECT_EQ(store.bytes(), 12U);
}

TEST(WeightStore, KeepsWhatAProgramUses) {
  WeightStore store;
  std::optional<Buffer> packed = store.get(floats(3), "a", 12, [](void*) {});
  store.get(floats(1), "a", 4, [](void*) {});
  EXPECT_EQ(store.bytes(), 12U);
  packed.reset();
  EXPECT_EQ(store.bytes(), 0U);
}

// Constants of programs that are gone: their memory may come again as that of other constants.
TEST(WeightStore, DoesNotTakeNewConstantsForOldOnes) {
  WeightStore store;
  for (char i = 0; i < 100; ++i) {
    const Tensor source = floats(1000);
    const Buffer packed = store.get(source, "a", 1, [&](void* to) { *static_cast<char*>(to) = i; });
    EXPECT_EQ(*static_cast<const char*>(packed.data()), i);
    EXPECT_EQ(store.bytes(), 1U);
  }
}

TEST(WeightStore, CountsTheTimeOfFilling) {
  WeightStore store;
  EXPECT_EQ(store.fill_seconds(), 0);
  const auto slow = [](void*) { std::this_thread::sleep_for(std::chrono::milliseconds(2)); };
  const Tensor source = floats(1);
  store.get(source, "a", 4, slow);
  const double once = store.fill_seconds();
  EXPECT_GE(once, 2e-3);
  store.get(source, "a", 4, slow);
  EXPECT_EQ(store.fill_seconds(), once) << "it is there already";
}

TEST(WeightStore, ForgetsWhatCouldNotBeFilled) {
  WeightStore store;
  const Tensor source = floats(1);
  EXPECT_THROW(store.get(source, "a", 4, [](void*) { throw std::runtime_error("no"); }), std::runtime_error);
  int fills = 0;
  store.get(source, "a", 4, [&](void*) { ++fills; });
  EXPECT_EQ(fills, 1);
}

}  // namespace
}  // namespace yy
