// How nvcc unrolls the loop that follows: YY_UNROLL wholly, so that arrays it indexes stay in registers;
// YY_ROLLED not at all, so that long code (an activation of any kind) exists once.
#pragma once

#ifdef __CUDACC__
#define YY_UNROLL _Pragma("unroll")
#define YY_ROLLED _Pragma("unroll 1")
#else
#define YY_UNROLL
#define YY_ROLLED
#endif
