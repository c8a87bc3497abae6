// Atomic operations. This file is never instrumented by the race build; it reports each operation as one.
#include "tests/cusim/device/atomics.h"

#include <algorithm>
#include <type_traits>

#include "tests/cusim/engine/grid.h"
#include "tests/cusim/race/race.h"

namespace {

using yy::cusim::race::AtomicAccess;

template <class T, class Operation>
T change(T* address, const void* code, Operation operation) {
  const yy::cusim::EngineCall in_engine;
  const AtomicAccess access(address, sizeof(T), code);
  const T before = *address;
  *address = operation(before);
  return before;
}

// Addition and subtraction that wrap round as those of a device.
template <class T>
T wrapping_sum(T a, T b) {
  if constexpr (std::is_same_v<T, int>) {
    return static_cast<int>(static_cast<unsigned>(a) + static_cast<unsigned>(b));
  } else {
    return a + b;
  }
}
template <class T>
T wrapping_difference(T a, T b) {
  return wrapping_sum(a, wrapping_sum(static_cast<T>(~b), T{1}));
}

template <class T>
T compare_and_swap(T* address, T expected, T value, const void* code) {
  return change(address, code, [&](T old) { return old == expected ? value : old; });
}

}  // namespace

#define CUSIM_ATOMIC(T, name, result)                                              \
  T name(T* address, T value) {                                                    \
    return change(address, __builtin_return_address(0),                            \
                  [&]([[maybe_unused]] T old) { return static_cast<T>(result); }); \
  }
CUSIM_ATOMIC(int, atomicAdd, wrapping_sum(old, value))
CUSIM_ATOMIC(unsigned, atomicAdd, old + value)
CUSIM_ATOMIC(unsigned long long, atomicAdd, old + value)
CUSIM_ATOMIC(float, atomicAdd, old + value)
CUSIM_ATOMIC(int, atomicSub, wrapping_difference(old, value))
CUSIM_ATOMIC(unsigned, atomicSub, old - value)
CUSIM_ATOMIC(int, atomicExch, value)
CUSIM_ATOMIC(unsigned, atomicExch, value)
CUSIM_ATOMIC(unsigned long long, atomicExch, value)
CUSIM_ATOMIC(float, atomicExch, value)
CUSIM_ATOMIC(int, atomicMin, std::min(old, value))
CUSIM_ATOMIC(unsigned, atomicMin, std::min(old, value))
CUSIM_ATOMIC(long long, atomicMin, std::min(old, value))
CUSIM_ATOMIC(unsigned long long, atomicMin, std::min(old, value))
CUSIM_ATOMIC(int, atomicMax, std::max(old, value))
CUSIM_ATOMIC(unsigned, atomicMax, std::max(old, value))
CUSIM_ATOMIC(long long, atomicMax, std::max(old, value))
CUSIM_ATOMIC(unsigned long long, atomicMax, std::max(old, value))
CUSIM_ATOMIC(int, atomicAnd, old& value)
CUSIM_ATOMIC(unsigned, atomicAnd, old& value)
CUSIM_ATOMIC(unsigned long long, atomicAnd, old& value)
CUSIM_ATOMIC(int, atomicOr, old | value)
CUSIM_ATOMIC(unsigned, atomicOr, old | value)
CUSIM_ATOMIC(unsigned long long, atomicOr, old | value)
CUSIM_ATOMIC(int, atomicXor, old ^ value)
CUSIM_ATOMIC(unsigned, atomicXor, old ^ value)
CUSIM_ATOMIC(unsigned long long, atomicXor, old ^ value)
CUSIM_ATOMIC(unsigned, atomicInc, old >= value ? 0U : old + 1)
CUSIM_ATOMIC(unsigned, atomicDec, old == 0 || old > value ? value : old - 1)

int atomicCAS(int* address, int expected, int value) {
  return compare_and_swap(address, expected, value, __builtin_return_address(0));
}
unsigned atomicCAS(unsigned* address, unsigned expected, unsigned value) {
  return compare_and_swap(address, expected, value, __builtin_return_address(0));
}
unsigned long long atomicCAS(unsigned long long* address, unsigned long long expected,
                             unsigned long long value) {
  return compare_and_swap(address, expected, value, __builtin_return_address(0));
}

void __threadfence() {
  const yy::cusim::EngineCall in_engine;
  yy::cusim::race::fence();
}

void __threadfence_block() {
  const yy::cusim::EngineCall in_engine;
  yy::cusim::race::fence();
}
