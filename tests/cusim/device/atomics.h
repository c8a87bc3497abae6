// Atomic operations of the types that CUDA has them for, fences, and loads and stores with a cache hint.
#pragma once

#define CUSIM_ATOMIC(T, name) T name(T* address, T value)
CUSIM_ATOMIC(int, atomicAdd);
CUSIM_ATOMIC(unsigned, atomicAdd);
CUSIM_ATOMIC(unsigned long long, atomicAdd);
CUSIM_ATOMIC(float, atomicAdd);
CUSIM_ATOMIC(int, atomicSub);
CUSIM_ATOMIC(unsigned, atomicSub);
CUSIM_ATOMIC(int, atomicExch);
CUSIM_ATOMIC(unsigned, atomicExch);
CUSIM_ATOMIC(unsigned long long, atomicExch);
CUSIM_ATOMIC(float, atomicExch);
CUSIM_ATOMIC(int, atomicMin);
CUSIM_ATOMIC(unsigned, atomicMin);
CUSIM_ATOMIC(long long, atomicMin);
CUSIM_ATOMIC(unsigned long long, atomicMin);
CUSIM_ATOMIC(int, atomicMax);
CUSIM_ATOMIC(unsigned, atomicMax);
CUSIM_ATOMIC(long long, atomicMax);
CUSIM_ATOMIC(unsigned long long, atomicMax);
CUSIM_ATOMIC(int, atomicAnd);
CUSIM_ATOMIC(unsigned, atomicAnd);
CUSIM_ATOMIC(unsigned long long, atomicAnd);
CUSIM_ATOMIC(int, atomicOr);
CUSIM_ATOMIC(unsigned, atomicOr);
CUSIM_ATOMIC(unsigned long long, atomicOr);
CUSIM_ATOMIC(int, atomicXor);
CUSIM_ATOMIC(unsigned, atomicXor);
CUSIM_ATOMIC(unsigned long long, atomicXor);
CUSIM_ATOMIC(unsigned, atomicInc);
CUSIM_ATOMIC(unsigned, atomicDec);
#undef CUSIM_ATOMIC
int atomicCAS(int* address, int expected, int value);
unsigned atomicCAS(unsigned* address, unsigned expected, unsigned value);
unsigned long long atomicCAS(unsigned long long* address, unsigned long long expected,
                             unsigned long long value);

// What the thread wrote before the fence can be read by whoever sees what it writes atomically after it. In
// the simulation every write is seen at once; the race build knows the difference.
void __threadfence();
void __threadfence_block();

template <class T>
T __ldg(const T* address) {
  return *address;
}
template <class T>
T __ldcg(const T* address) {
  return *address;
}
template <class T>
T __ldcs(const T* address) {
  return *address;
}
template <class T>
void __stcg(T* address, T value) {
  *address = value;
}
template <class T>
void __stcs(T* address, T value) {
  *address = value;
}
