// Enqueue: one thread per word of as many rows as there may be, which reads from the header where the ring's
// free rows begin. The header changes in a launch of one block behind that, so nobody reads it half changed.
// Dequeue: one block; its first thread writes the header when all have read it.
#include "cuda/kernels/queue.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/words.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;

// `row` of twice around the ring.
__device__ __forceinline__ int in_ring(int row, int capacity) {
  return row < capacity ? row : row - capacity;
}

// Time goes round; so does the difference of two times.
__device__ __forceinline__ int wrapped_sum(int a, int b) {
  return static_cast<int>(static_cast<unsigned>(a) + static_cast<unsigned>(b));
}

__device__ __forceinline__ int wrapped_difference(int a, int b) {
  return static_cast<int>(static_cast<unsigned>(a) - static_cast<unsigned>(b));
}

// How many rows come: no more than have room.
__device__ __forceinline__ int rows_that_come(const EnqueueArguments& arguments) {
  const int room = arguments.capacity - arguments.queue.header->length;
  const int rows = room < arguments.rows ? room : arguments.rows;
  return *arguments.count < rows ? *arguments.count : rows;
}

// Threads behind the last word are in a row that does not come either.
template <class W>
__global__ void __launch_bounds__(threads) copy_rows(const EnqueueArguments arguments) {
  const unsigned n = blockIdx.x * threads + threadIdx.x;
  const auto row = static_cast<int>(arguments.run.divide(n));
  if (row >= rows_that_come(arguments)) return;
  const QueueHeader& header = *arguments.queue.header;
  const int to = in_ring(header.head + header.length + row, arguments.capacity);
  const int run = static_cast<int>(arguments.run.value()), word = static_cast<int>(n) - row * run;
  const auto* crops = static_cast<const W*>(arguments.crops);
  reinterpret_cast<W*>(arguments.queue.rows)[to * run + word] = crops[arguments.index[row] * run + word];
}

__global__ void __launch_bounds__(threads) note_rows(const EnqueueArguments arguments) {
  QueueHeader& header = *arguments.queue.header;
  const int count = rows_that_come(arguments), first = header.head + header.length;
  const int length = header.length + (count > 0 ? count : 0), time = wrapped_sum(header.time, 1);
  for (int i = static_cast<int>(threadIdx.x); i < count; i += threads) {
    arguments.queue.times[in_ring(first + i, arguments.capacity)] = time;
  }
  __syncthreads();
  if (threadIdx.x != 0) return;
  header.length = length;
  header.time = time;
  header.taken = 0;
  if (header.most < length) header.most = length;
}

__global__ void __launch_bounds__(threads) take_rows(const DequeueArguments arguments) {
  QueueHeader& header = *arguments.queue.header;
  const int head = header.head, length = header.length, taken = header.taken;
  const int waited = wrapped_difference(header.time, arguments.queue.times[head]);
  const bool ready = length > 0 && (length >= *arguments.least || waited >= arguments.patience);
  const int full = length < arguments.batch ? length : arguments.batch, count = ready ? full : 0;
  for (int i = static_cast<int>(threadIdx.x); i < count; i += threads) {
    arguments.index[i] = in_ring(head + i, arguments.capacity);
    arguments.places[i] = taken + i;
  }
  __syncthreads();
  if (threadIdx.x != 0) return;
  header.head = in_ring(head + count, arguments.capacity);
  header.length = length - count;
  header.taken = taken + count;
  *arguments.count = count;
  arguments.taken[0] = taken + count;
  arguments.taken[1] = header.most;
}

}  // namespace

void launch_enqueue(const EnqueueArguments& arguments, cudaStream_t stream) {
  if (arguments.rows > 0) {
    with_word(arguments.word, [&](auto tag) {
      using W = typename decltype(tag)::type;
      const std::int64_t words = std::int64_t{arguments.rows} * arguments.run.value();
      YY_CUDA(launch(copy_rows<W>, dim3(blocks_for(words, threads)), threads, 0, stream, arguments));
    });
  }
  YY_CUDA(launch(note_rows, dim3(1), threads, 0, stream, arguments));
}

void launch_dequeue(const DequeueArguments& arguments, cudaStream_t stream) {
  YY_CUDA(launch(take_rows, dim3(1), threads, 0, stream, arguments));
}

}  // namespace yy::cuda
