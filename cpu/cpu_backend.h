// The CPU as a device: oneDNN primitives and own loops, channels last, float32. Always built, the default,
// and the one that computes constants while a graph is compiled. Made for x86-64 Linux; oneDNN picks its code
// by the machine's instruction set (AVX-512, AVX2, SSE4.1).
#pragma once

#include <memory>

#include "runtime/backend.h"

namespace yy {

// Kernels run on the calling thread plus `threads - 1` OpenMP threads that belong to it; both making and
// running them leave the caller's OpenMP settings as they were.
std::unique_ptr<Backend> make_cpu_backend();

}  // namespace yy
