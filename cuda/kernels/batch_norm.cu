// Batch normalisation, 16 bytes per thread where they are of whole packs. A block works on one part, which it
// reads from one end to the other; what it writes are pieces of y's rows.
#include <algorithm>

#include "cuda/kernels/batch_norm.h"
#include "cuda/private/activation.cuh"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/scalar.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;
constexpr int most_parts = 64;  // of a launch; they travel as an argument

struct Parts {
  int count = 0;
  int first_block[most_parts] = {};
  BatchNormPart part[most_parts] = {};
};

__device__ __forceinline__ int part_of(const Parts& parts, int block) {
  int low = 0, high = parts.count - 1;
  while (low < high) {
    const int middle = (low + high + 1) / 2;
    if (parts.first_block[middle] <= block) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

template <class T, int width>
__global__ void __launch_bounds__(threads)
    batch_norm(T* y, BatchNormArgs args, DeviceActivation f, Parts parts) {
  const int number = part_of(parts, static_cast<int>(blockIdx.x));
  const BatchNormPart& part = parts.part[number];
  const int block = static_cast<int>(blockIdx.x) - parts.first_block[number];
  const int index = block * threads + static_cast<int>(threadIdx.x);
  const int per_row = part.channels * args.pixels / width, row = index / per_row;
  if (row >= args.rows) return;
  auto pack = load_pack<T, width>(static_cast<const T*>(part.x) + index * width);
  const int element = part.first * args.pixels + (index - row * per_row) * width;  // of y's row
  int channel = element / args.pixels;
  if (args.pixels == 1) {
    const auto factor = load_pack<float, width>(args.factor + channel);
    const auto offset = load_pack<float, width>(args.offset + channel);
    for (int k = 0; k < width; ++k) {
      const float x = to_float(pack.element[k]);
      pack.element[k] = from_float<T>(activate(f, factor.element[k] * x + offset.element[k]));
    }
  } else {
    int left = (channel + 1) * args.pixels - element;  // elements of the channel
    for (int k = 0; k < width; ++k) {
      const float x = to_float(pack.element[k]);
      pack.element[k] = from_float<T>(activate(f, args.factor[channel] * x + args.offset[channel]));
      if (--left > 0) continue;
      ++channel;
      left = args.pixels;
    }
  }
  store_pack(y + row * args.channels * args.pixels + element, pack);
}

template <class T, int width>
void launch_parts(const BatchNormArgs& args, const DeviceActivation& activation,
                  std::span<const BatchNormPart> given, T* y, cudaStream_t stream) {
  Parts parts;
  unsigned blocks = 0;
  for (const BatchNormPart& part : given) {
    if (part.channels == 0) continue;
    parts.part[parts.count] = part;
    parts.first_block[parts.count] = static_cast<int>(blocks);
    blocks += blocks_for(std::int64_t{args.rows} * part.channels * args.pixels / width, threads);
    ++parts.count;
  }
  if (blocks == 0) return;
  YY_CUDA(launch(batch_norm<T, width>, blocks, threads, 0, stream, y, args, activation, parts));
}

}  // namespace

void launch_batch_norm(DType dtype, const BatchNormArgs& args, const std::optional<Activation>& activation,
                       std::span<const BatchNormPart> parts, void* y, cudaStream_t stream) {
  with_real_type(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr int width = widest_pack<T>;
    const bool packs = std::all_of(parts.begin(), parts.end(), [&](const BatchNormPart& part) {
      return part.channels * args.pixels % width == 0;
    });
    auto* to = static_cast<T*>(y);
    for (auto rest = parts; !rest.empty();
         rest = rest.subspan(std::min<std::size_t>(rest.size(), most_parts))) {
      const auto some = rest.first(std::min<std::size_t>(rest.size(), most_parts));
      packs ? launch_parts<T, width>(args, activation, some, to, stream)
            : launch_parts<T, 1>(args, activation, some, to, stream);
    }
  });
}

}  // namespace yy::cuda
