// Barriers, votes and shuffles. The place is part of each call: threads that are to meet must meet in the
// same line of the program.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "tests/cusim/device/place.h"

namespace yy::cusim {

enum class BlockVote : std::uint8_t { none, count, all, any };

// Waits for all threads of the block; gives how many voted, or whether all or any did.
int block_barrier(BlockVote vote, int mine, Place where);

enum class WarpCall : std::uint8_t { sync, ballot, shuffle, shuffle_up, shuffle_down, shuffle_xor };

// Waits for the lanes of `mask`, gives what the call means for this lane. `argument` is the source lane,
// delta or lane mask.
std::uint64_t warp_call(WarpCall call, unsigned mask, std::uint64_t value, int argument, int width,
                        Place where);

template <class T>
T shuffle(WarpCall call, unsigned mask, T value, int argument, int width, Place where) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= sizeof(std::uint64_t));
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  bits = warp_call(call, mask, bits, argument, width, where);
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

}  // namespace yy::cusim

inline void __syncthreads(yy::cusim::Place where = yy::cusim::Place::current()) {
  yy::cusim::block_barrier(yy::cusim::BlockVote::none, 0, where);
}
inline int __syncthreads_count(int vote, yy::cusim::Place where = yy::cusim::Place::current()) {
  return yy::cusim::block_barrier(yy::cusim::BlockVote::count, vote, where);
}
inline int __syncthreads_and(int vote, yy::cusim::Place where = yy::cusim::Place::current()) {
  return yy::cusim::block_barrier(yy::cusim::BlockVote::all, vote, where);
}
inline int __syncthreads_or(int vote, yy::cusim::Place where = yy::cusim::Place::current()) {
  return yy::cusim::block_barrier(yy::cusim::BlockVote::any, vote, where);
}

inline void __syncwarp(unsigned mask = 0xffffffffU, yy::cusim::Place where = yy::cusim::Place::current()) {
  yy::cusim::warp_call(yy::cusim::WarpCall::sync, mask, 0, 0, 32, where);
}
inline unsigned __ballot_sync(unsigned mask, int vote, yy::cusim::Place where = yy::cusim::Place::current()) {
  return static_cast<unsigned>(
      yy::cusim::warp_call(yy::cusim::WarpCall::ballot, mask, vote != 0, 0, 32, where));
}
inline int __any_sync(unsigned mask, int vote, yy::cusim::Place where = yy::cusim::Place::current()) {
  return __ballot_sync(mask, vote, where) != 0;
}
inline int __all_sync(unsigned mask, int vote, yy::cusim::Place where = yy::cusim::Place::current()) {
  return __ballot_sync(mask, vote, where) == mask;
}

template <class T>
T __shfl_sync(unsigned mask, T value, int lane, int width = 32,
              yy::cusim::Place where = yy::cusim::Place::current()) {
  return yy::cusim::shuffle(yy::cusim::WarpCall::shuffle, mask, value, lane, width, where);
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 yy::cusim::Place where = yy::cusim::Place::current()) {
  return yy::cusim::shuffle(yy::cusim::WarpCall::shuffle_up, mask, value, static_cast<int>(delta), width,
                            where);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   yy::cusim::Place where = yy::cusim::Place::current()) {
  return yy::cusim::shuffle(yy::cusim::WarpCall::shuffle_down, mask, value, static_cast<int>(delta), width,
                            where);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32,
                  yy::cusim::Place where = yy::cusim::Place::current()) {
  return yy::cusim::shuffle(yy::cusim::WarpCall::shuffle_xor, mask, value, lane_mask, width, where);
}
