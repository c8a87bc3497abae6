// The part of cooperative groups that maps onto what the simulated device has: blocks, and tiles of a warp.
// Found in place of the toolkit's header.
#pragma once

#include <cusim.h>

namespace cooperative_groups {

class thread_block {
 public:
  void sync(yy::cusim::Place where = yy::cusim::Place::current()) const { __syncthreads(where); }
  unsigned thread_rank() const { return (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x; }
  unsigned size() const { return blockDim.x * blockDim.y * blockDim.z; }
  unsigned num_threads() const { return size(); }
  dim3 group_index() const { return {blockIdx.x, blockIdx.y, blockIdx.z}; }
  dim3 thread_index() const { return {threadIdx.x, threadIdx.y, threadIdx.z}; }
  dim3 dim_threads() const { return blockDim; }
};

inline thread_block this_thread_block() {
  return {};
}

// `Size` neighbouring lanes of a warp.
template <unsigned Size>
class thread_block_tile {
  static_assert(Size >= 1 && Size <= 32 && (Size & (Size - 1)) == 0);
  using Place = yy::cusim::Place;

 public:
  unsigned thread_rank() const { return lane() % Size; }
  static constexpr unsigned size() { return Size; }
  static constexpr unsigned num_threads() { return Size; }
  unsigned meta_group_rank() const { return this_thread_block().thread_rank() / Size; }
  unsigned meta_group_size() const { return (this_thread_block().size() + Size - 1) / Size; }

  void sync(Place where = Place::current()) const { __syncwarp(mask(), where); }
  template <class T>
  T shfl(T value, int rank, Place where = Place::current()) const {
    return __shfl_sync(mask(), value, rank, Size, where);
  }
  template <class T>
  T shfl_up(T value, unsigned delta, Place where = Place::current()) const {
    return __shfl_up_sync(mask(), value, delta, Size, where);
  }
  template <class T>
  T shfl_down(T value, unsigned delta, Place where = Place::current()) const {
    return __shfl_down_sync(mask(), value, delta, Size, where);
  }
  template <class T>
  T shfl_xor(T value, int lane_mask, Place where = Place::current()) const {
    return __shfl_xor_sync(mask(), value, lane_mask, Size, where);
  }
  unsigned ballot(int vote, Place where = Place::current()) const {
    return __ballot_sync(mask(), vote, where) >> first_lane();
  }
  int any(int vote, Place where = Place::current()) const { return __any_sync(mask(), vote, where); }
  int all(int vote, Place where = Place::current()) const { return __all_sync(mask(), vote, where); }

 private:
  static unsigned lane() { return this_thread_block().thread_rank() % 32; }
  static unsigned first_lane() { return lane() / Size * Size; }
  static unsigned mask() { return (0xffffffffU >> (32 - Size)) << first_lane(); }
};

template <unsigned Size>
thread_block_tile<Size> tiled_partition(const thread_block&) {
  return {};
}
template <unsigned Size, unsigned Whole>
thread_block_tile<Size> tiled_partition(const thread_block_tile<Whole>&) {
  static_assert(Size <= Whole);
  return {};
}

}  // namespace cooperative_groups
