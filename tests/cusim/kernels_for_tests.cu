#include <cooperative_groups.h>
#include <stdexcept>

#include "cuda/private/launch.h"
#include "tests/cusim/kernels_for_tests.h"

namespace yy::cusim {
namespace {

constexpr unsigned all_lanes = 0xffffffffU;

__device__ int global_thread() {
  return static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
}

// data[i] = i
__global__ void count(int* data, int n) {
  if (global_thread() < n) data[global_thread()] = global_thread();
}

// data[i] += 1
__global__ void increment(int* data, int n) {
  if (global_thread() < n) ++data[global_thread()];
}

// data[i] = n
__global__ void fill(int* data, int n) {
  data[global_thread()] = n;
}

// Within a block, data[i] = data[i + 1] round about, by way of shared memory.
template <bool has_barrier>
__global__ void shift(int* data, int) {
  YY_SHARED(int, cells, [256]);
  cells[threadIdx.x] = data[global_thread()];
  if (has_barrier) __syncthreads();
  data[global_thread()] = cells[(threadIdx.x + 1) % blockDim.x];
}

// The same within a warp.
template <bool has_syncwarp>
__global__ void shift_warp(int* data, int) {
  YY_SHARED(int, cells, [256]);
  const unsigned lane = threadIdx.x % 32, first = threadIdx.x - lane;
  cells[threadIdx.x] = data[global_thread()];
  if (has_syncwarp) __syncwarp();
  data[global_thread()] = cells[first + (lane + 1) % 32];
}

// Lanes 0 to 15 meet without the others, who then read what these wrote.
__global__ void sync_half_warp(int* data, int) {
  YY_SHARED(int, cells, [32]);
  cells[threadIdx.x] = data[threadIdx.x];
  if (threadIdx.x < 16) __syncwarp(0x0000ffffU);
  if (threadIdx.x == 3) data[0] = cells[20];
}

// All lanes read a word; after the barrier of the warp one writes it.
__global__ void read_then_write(int* data, int) {
  const int before = data[0];
  __syncwarp();
  if (threadIdx.x == 5) data[0] = before + 1;
}

// Each thread changes a byte of its own, or one of which the next thread has a look.
template <bool look>
__global__ void change_bytes(int* data, int) {
  auto* bytes = reinterpret_cast<unsigned char*>(data);
  const unsigned char seen = bytes[look ? threadIdx.x ^ 1 : threadIdx.x];
  bytes[threadIdx.x] = static_cast<unsigned char>(seen + 1);
}

// Thread 0 writes a word whose bytes the others write.
__global__ void change_word_and_bytes(int* data, int) {
  if (threadIdx.x == 0) {
    data[0] = 1;
  } else {
    reinterpret_cast<unsigned char*>(data)[threadIdx.x] = 2;
  }
}

__global__ void divergent_barrier(int* data, int) {
  if (threadIdx.x < 16) {
    __syncthreads();
  } else {
    __syncthreads();
  }
  data[threadIdx.x] = 1;
}

__global__ void barrier_after_return(int* data, int) {
  if (threadIdx.x == 7) return;
  __syncthreads();
  data[threadIdx.x] = 1;
}

__global__ void full_mask(int* data, int) {
  data[threadIdx.x] = __shfl_xor_sync(all_lanes, data[threadIdx.x], 1);
}

__global__ void source_outside_mask(int* data, int) {
  if (threadIdx.x < 16) data[threadIdx.x] = __shfl_sync(0x0000ffffU, data[threadIdx.x], 20);
}

__global__ void divergent_warp(int* data, int) {
  if (threadIdx.x % 2 == 0) {
    data[threadIdx.x] = __any_sync(all_lanes, 1);
  } else {
    data[threadIdx.x] = __any_sync(all_lanes, 1);
  }
}

// data[0 to 7] = results that the test knows.
__global__ void warp_functions(int* data, int) {
  const int lane = static_cast<int>(threadIdx.x);
  const unsigned votes = __ballot_sync(all_lanes, lane % 3 == 0);
  const int up = __shfl_up_sync(all_lanes, lane, 2), down = __shfl_down_sync(all_lanes, lane, 2, 8);
  const int other = __shfl_xor_sync(all_lanes, lane, 5, 16), third = __shfl_sync(all_lanes, lane, 3, 8);
  if (lane == 13) {
    data[0] = static_cast<int>(votes);
    data[1] = up;
    data[2] = down;
    data[3] = other;
    data[4] = third;
  }
  if (lane == 1) data[5] = up;
  if (lane == 15) data[6] = down;
  const double half = __shfl_xor_sync(all_lanes, lane / 2.0, 1);
  if (lane == 0) data[7] = half == 0.5 && __popc(votes) == 11 && __ffs(8) == 4 && __clz(1) == 31;
}

__global__ void block_votes(int* data, int n) {
  const int below = static_cast<int>(threadIdx.x) < n;
  const int count = __syncthreads_count(below), all = __syncthreads_and(below), any = __syncthreads_or(below);
  if (threadIdx.x == 0) {
    data[0] = count;
    data[1] = all;
    data[2] = any;
  }
}

// data[tile] = the sum of the ranks in the tile
__global__ void sum_tiles(int* data, int) {
  const auto block = cooperative_groups::this_thread_block();
  const auto tile = cooperative_groups::tiled_partition<8>(block);
  int sum = static_cast<int>(tile.thread_rank());
  for (unsigned step = tile.size() / 2; step > 0; step /= 2) sum += tile.shfl_down(sum, step);
  const bool all_vote = tile.ballot(1) == 0xff && tile.all(1) != 0;
  if (tile.thread_rank() == 0 && all_vote) data[tile.meta_group_rank()] = sum;
  block.sync();
}

// Memory

__global__ void write_behind(int* data, int n) {
  if (threadIdx.x == 3) data[n] = 1;
}

__global__ void read_behind(int* data, int n) {
  if (threadIdx.x == 3) data[0] = data[n];
}

__global__ void write_behind_shared(int* data, int) {
  YY_DYNAMIC_SHARED(int, cells);
  cells[threadIdx.x] = data[threadIdx.x];
}

// Four words in one load, from an address that is a multiple of one word.
__global__ void read_misaligned(int* data, int) {
  struct alignas(16) Four {
    int word[4];
  };
  data[0] = reinterpret_cast<const Four*>(data + 1)->word[threadIdx.x];
}

__global__ void read_unwritten_shared(int* data, int) {
  YY_SHARED(int, cells, [32]);
  if (threadIdx.x % 2 == 1) cells[threadIdx.x] = 1;
  __syncthreads();
  data[threadIdx.x] = cells[threadIdx.x];
}

__global__ void much_shared(int* data, int) {
  YY_SHARED(int, first, [8192]);
  YY_SHARED(int, second, [8192]);
  first[threadIdx.x] = second[threadIdx.x] = data[threadIdx.x];
}

__constant__ int table[4] = {2, 3, 5, 7};

__global__ void read_constants(int* data, int) {
  data[threadIdx.x] = table[threadIdx.x % 4];
}

// Order

// data[0] is written by each block.
__global__ void write_from_all_blocks(int* data, int n) {
  if (threadIdx.x == 0) data[0] = n;
}

// data[0] is written by the even blocks and read by the odd ones.
__global__ void read_from_other_block(int* data, int) {
  if (blockIdx.x % 2 == 0) {
    data[0] = 1;
  } else {
    data[1 + blockIdx.x] = data[0];
  }
}

__global__ void count_atomically(int* data, int) {
  atomicAdd(&data[0], 1);
  atomicMax(&data[1], global_thread());
}

__global__ void read_beside_atomic(int* data, int) {
  if (threadIdx.x == 0) {
    atomicAdd(&data[0], 1);
  } else {
    data[threadIdx.x] = data[0];
  }
}

// data[2 + block] = block + 1; the block that comes last adds them up into data[0]. data[1] = 0 before.
template <bool has_fence>
__global__ void add_in_last_block(int* data, int) {
  YY_SHARED(bool, is_last, [1]);
  if (threadIdx.x == 0) {
    data[2 + blockIdx.x] = static_cast<int>(blockIdx.x) + 1;
    if (has_fence) __threadfence();
    is_last[0] = atomicAdd(&data[1], 1) == static_cast<int>(gridDim.x) - 1;
  }
  __syncthreads();
  if (is_last[0] && threadIdx.x == 1) {
    int sum = 0;
    for (unsigned i = 0; i < gridDim.x; ++i) sum += data[2 + i];
    data[0] = sum;
  }
}

// Block 1 waits for block 0.
__global__ void wait_for_other_block(int* data, int n) {
  if (blockIdx.x == 0) {
    if (n != 0) atomicExch(&data[0], 1);
  } else {
    while (atomicAdd(&data[0], 0) != 1) YY_SPIN_PAUSE();
  }
}

// Four and sixteen words in one assignment, as the compiler likes it.
template <int words>
__global__ void copy_struct(int* data, int) {
  struct alignas(16) Words {
    int word[words];
  };
  auto* all = reinterpret_cast<Words*>(data);
  all[threadIdx.x] = all[threadIdx.x + 1];
}

__global__ void copy_memory(int* data, int n) {
  memcpy(data + threadIdx.x, data + threadIdx.x + 1, static_cast<std::size_t>(n) * sizeof(int));
}

// Of graphs with conditional nodes

// The condition becomes data[0], unless that is negative. In each of the launch's threads.
__global__ void set_condition(cudaGraphConditionalHandle handle, int* data) {
  if (data[0] >= 0) cudaGraphSetConditional(handle, static_cast<unsigned>(data[0]));
}

// data[0] -= 1, and the condition becomes data[0].
__global__ void count_down(cudaGraphConditionalHandle handle, int* data) {
  cudaGraphSetConditional(handle, static_cast<unsigned>(--data[0]));
}

struct NamedKernel {
  std::string_view name;
  void (*kernel)(int*, int);
};

constexpr NamedKernel kernels[] = {
    {"count", count},
    {"increment", increment},
    {"fill", fill},
    {"shift", shift<true>},
    {"shift without barrier", shift<false>},
    {"shift warp", shift_warp<true>},
    {"shift warp without barrier", shift_warp<false>},
    {"sync half warp", sync_half_warp},
    {"read then write", read_then_write},
    {"change word and bytes", change_word_and_bytes},
    {"change bytes", change_bytes<false>},
    {"change bytes and look", change_bytes<true>},
    {"divergent barrier", divergent_barrier},
    {"barrier after return", barrier_after_return},
    {"full mask", full_mask},
    {"source outside mask", source_outside_mask},
    {"divergent warp", divergent_warp},
    {"warp functions", warp_functions},
    {"block votes", block_votes},
    {"sum tiles", sum_tiles},
    {"write behind", write_behind},
    {"read behind", read_behind},
    {"write behind shared", write_behind_shared},
    {"read misaligned", read_misaligned},
    {"read unwritten shared", read_unwritten_shared},
    {"much shared", much_shared},
    {"read constants", read_constants},
    {"write from all blocks", write_from_all_blocks},
    {"read from other block", read_from_other_block},
    {"count atomically", count_atomically},
    {"read beside atomic", read_beside_atomic},
    {"add in last block", add_in_last_block<true>},
    {"add in last block without fence", add_in_last_block<false>},
    {"wait for other block", wait_for_other_block},
    {"copy 4 words", copy_struct<4>},
    {"copy 16 words", copy_struct<16>},
    {"copy memory", copy_memory},
};

const NamedKernel& find(std::string_view name) {
  for (const NamedKernel& known : kernels) {
    if (known.name == name) return known;
  }
  throw std::invalid_argument("no kernel '" + std::string(name) + "'");
}

}  // namespace

cudaError_t launch_for_test(std::string_view kernel, const TestLaunch& shape, int* data, int n,
                            cudaStream_t stream) {
  return cuda::launch(find(kernel).kernel, shape.grid, shape.block, shape.dynamic_shared, stream, data, n);
}

cudaError_t launch_set_condition(cudaGraphConditionalHandle handle, int* data, unsigned threads,
                                 cudaStream_t stream) {
  return cuda::launch(set_condition, 1, dim3(threads), 0, stream, handle, data);
}

cudaError_t launch_count_down(cudaGraphConditionalHandle handle, int* data, cudaStream_t stream) {
  return cuda::launch(count_down, 1, dim3(1), 0, stream, handle, data);
}

const void* kernel_for_test(std::string_view kernel) {
  return reinterpret_cast<const void*>(find(kernel).kernel);
}

}  // namespace yy::cusim
