// Pooling: one thread per output element; on pictures, per 16 bytes of neighbouring channels of a pixel.
#include <cmath>

#include "cuda/kernels/pool.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/scalar.h"

namespace yy::cuda {
namespace {

constexpr int threads = 256;

// Taps of the window along one axis: those inside the picture are [first, end). Tap 0 lies at `origin`.
struct Taps {
  int origin, first, end, counted;
};

__device__ __forceinline__ Taps taps_of(const PoolAxis& axis, int position, bool counts_padding) {
  const int origin = position * axis.stride - axis.begin, step = axis.dilation;
  const auto before = [&](int limit) {  // taps that lie before `limit`
    return min(axis.kernel, max(0, (limit - origin + step - 1) / step));
  };
  const int first = before(0), end = before(axis.in);
  return {origin, first, end, counts_padding ? before(axis.in + axis.end) : end - first};
}

// Whether x replaces the largest element so far. NaN does, and is not replaced by a number.
__device__ __forceinline__ bool exceeds(float x, float so_far) {
  return x > so_far || x != x;
}

template <class T, int width, bool largest>
__global__ void __launch_bounds__(threads) pool_pictures(const T* x, T* y, PoolArgs args, int packs) {
  const int index = static_cast<int>(blockIdx.x) * threads + static_cast<int>(threadIdx.x);
  if (index >= packs) return;
  const PoolAxis &down = args.axis[1], &across = args.axis[2];
  const int per_pixel = args.channels / width, pixel = index / per_pixel, line = pixel / across.out;
  const Taps rows = taps_of(down, line % down.out, args.counts_padding);
  const Taps columns = taps_of(across, pixel % across.out, args.counts_padding);
  const int channel = index % per_pixel * width, first_line = line / down.out * down.in;

  float result[width];
  for (float& value : result) value = largest ? -INFINITY : 0.F;
  for (int i = rows.first; i < rows.end; ++i) {
    const T* from = x + (first_line + rows.origin + i * down.dilation) * across.in * args.channels + channel;
    for (int j = columns.first; j < columns.end; ++j) {
      const auto pack = load_pack<T, width>(from + (columns.origin + j * across.dilation) * args.channels);
      for (int k = 0; k < width; ++k) {
        const float value = to_float(pack.element[k]);
        if constexpr (largest) {
          if (exceeds(value, result[k])) result[k] = value;
        } else {
          result[k] += value;
        }
      }
    }
  }
  const float divisor =
      largest ? 1.F : static_cast<float>(rows.counted) * static_cast<float>(columns.counted);
  Pack<T, width> out;
  for (int k = 0; k < width; ++k) out.element[k] = from_float<T>(largest ? result[k] : result[k] / divisor);
  store_pack(y + index / per_pixel * args.out_pixel + channel, out);
}

// One output element at a time; a window is walked in row-major order, so of equal elements the first counts.
template <class T>
__global__ void __launch_bounds__(threads)
    pool_any(const T* x, T* y, std::int64_t* indices, PoolArgs args, int elements) {
  const int index = static_cast<int>(blockIdx.x) * threads + static_cast<int>(threadIdx.x);
  if (index >= elements) return;
  const PoolAxis &a = args.axis[0], &b = args.axis[1], &c = args.axis[2];
  int rest = index;
  const auto next = [&](int count) {
    const int at = rest % count;
    rest /= count;
    return at;
  };
  const int at_c = next(c.out), at_b = next(b.out), at_a = next(a.out), channel = next(args.channels);
  const Taps in_a = taps_of(a, at_a, args.counts_padding), in_b = taps_of(b, at_b, args.counts_padding),
             in_c = taps_of(c, at_c, args.counts_padding);
  const T* plane = x + rest * args.in_row + channel * args.in_channel;

  float result = args.largest ? -INFINITY : 0.F;
  int place = -1;
  for (int i = in_a.first; i < in_a.end; ++i) {
    const int p = in_a.origin + i * a.dilation;
    for (int j = in_b.first; j < in_b.end; ++j) {
      const int q = in_b.origin + j * b.dilation;
      for (int k = in_c.first; k < in_c.end; ++k) {
        const int r = in_c.origin + k * c.dilation;
        const float value = to_float(plane[p * a.in_step + q * b.in_step + r * c.in_step]);
        if (!args.largest) {
          result += value;
        } else if (place < 0 || exceeds(value, result)) {
          result = value;
          place = args.column_major ? p + a.in * (q + b.in * r) : r + c.in * (q + b.in * p);
        }
      }
    }
  }
  const int to = rest * args.out_row + channel * args.out_channel + at_a * a.out_step + at_b * b.out_step +
                 at_c * c.out_step;
  const float divisor =
      static_cast<float>(in_a.counted) * static_cast<float>(in_b.counted) * static_cast<float>(in_c.counted);
  y[to] = from_float<T>(args.largest ? result : result / divisor);
  if (indices != nullptr) {
    indices[to] = (rest * args.channels + channel) * a.in * b.in * c.in + place;
  }
}

int outputs_of(const PoolArgs& args) {
  return args.rows * args.channels * args.axis[0].out * args.axis[1].out * args.axis[2].out;
}

template <class T, int width>
void launch_pictures(const PoolArgs& args, const void* x, void* y, cudaStream_t stream) {
  const int packs = outputs_of(args) / width;
  const auto kernel = args.largest ? pool_pictures<T, width, true> : pool_pictures<T, width, false>;
  YY_CUDA(launch(kernel, blocks_for(packs, threads), threads, 0, stream, static_cast<const T*>(x),
                 static_cast<T*>(y), args, packs));
}

template <class T>
void launch_any(const PoolArgs& args, const void* x, void* y, std::int64_t* indices, cudaStream_t stream) {
  const int elements = outputs_of(args);
  YY_CUDA(launch(pool_any<T>, blocks_for(elements, threads), threads, 0, stream, static_cast<const T*>(x),
                 static_cast<T*>(y), indices, args, elements));
}

}  // namespace

void launch_pool_pictures(DType dtype, const PoolArgs& args, const void* x, void* y, cudaStream_t stream) {
  with_real_type(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr int width = widest_pack<T>;
    if (args.channels % width == 0) return launch_pictures<T, width>(args, x, y, stream);
    launch_pictures<T, 1>(args, x, y, stream);
  });
}

void launch_pool_any(DType dtype, const PoolArgs& args, const void* x, void* y, std::int64_t* indices,
                     cudaStream_t stream) {
  if (dtype == DType::i8) return launch_any<std::int8_t>(args, x, y, indices, stream);
  if (dtype == DType::u8) return launch_any<std::uint8_t>(args, x, y, indices, stream);
  with_real_type(dtype,
                 [&](auto tag) { launch_any<typename decltype(tag)::type>(args, x, y, indices, stream); });
}

}  // namespace yy::cuda
