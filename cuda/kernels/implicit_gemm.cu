// A block computes a tile of output pixels x filters of one group. The left matrix is never stored: each
// thread works out which element of x stands at a pixel, tap and channel, walking over taps and channels as
// the product goes along the depth. Where blocks share a tile's depth, each writes its sums to the workspace
// and a second kernel adds them up.
#include <algorithm>
#include <climits>

#include "cuda/kernels/implicit_gemm.h"
#include "cuda/private/check.h"
#include "cuda/private/grid.h"
#include "cuda/private/tile.cuh"

namespace yy::cuda {
namespace {

// The left matrix: x at two output pixels, four neighbours along taps x channels at a time.
template <class T, class Tile, bool quads>
class Pixels {
 public:
  __device__ Pixels(const ImplicitGemmArgs& args, int first_row, int group, int depth)
      : args_(args), group_channel_(group * args.channels) {
    YY_UNROLL
    for (int i = 0; i < 2; ++i) place(i, first_row + fetched_row() + i * Tile::columns);
    depth += fetched_depth();
    int tap = depth / args.channels;
    channel_ = depth - tap * args.channels;
    YY_UNROLL
    for (int axis = 2; axis > 0; --axis) {
      const int taps = (args.extent[axis] - 1) / args.dilation[axis] + 1;
      tap_[axis] = tap % taps * args.dilation[axis];
      tap /= taps;
    }
    tap_[0] = tap * args.dilation[0];
  }

  __device__ __forceinline__ void operator()(Quad (&to)[2]) {
    if constexpr (quads) {
      YY_UNROLL
      for (int i = 0; i < 2; ++i) {
        Pack<T, 4> pack = {};
        if (inside(i)) pack = load_pack<T, 4>(x() + element(i));
        YY_UNROLL
        for (int k = 0; k < 4; ++k) to[i].element[k] = to_float(pack.element[k]);
      }
      step(Tile::depth);
    } else {
      YY_UNROLL
      for (int k = 0; k < 4; ++k) {
        YY_UNROLL
        for (int i = 0; i < 2; ++i) to[i].element[k] = inside(i) ? to_float(x()[element(i)]) : 0.F;
        step(1);
      }
      step(Tile::depth - 4);
    }
  }

 private:
  __device__ __forceinline__ const T* x() const { return static_cast<const T*>(args_.x); }

  // Row `row` of the matrix; one that does not exist lies outside of x with all its taps.
  __device__ __forceinline__ void place(int i, int row) {
    const bool exists = row < args_.rows;
    YY_UNROLL
    for (int axis = 2; axis >= 0; --axis) {
      const int position = row % args_.out[axis];
      row /= args_.out[axis];
      at_[i][axis] = exists ? position * args_.stride[axis] - args_.before[axis] : INT_MIN / 2;
    }
    image_[i] = row * args_.x_image;
  }

  __device__ __forceinline__ bool inside(int i) const {
    bool is = tap_[0] < args_.extent[0];  // else the depth is at its end
    YY_UNROLL
    for (int axis = 0; axis < 3; ++axis) {
      is = is && static_cast<unsigned>(at_[i][axis] + tap_[axis]) < static_cast<unsigned>(args_.size[axis]);
    }
    return is;
  }

  __device__ __forceinline__ int element(int i) const {
    int at = image_[i] + (group_channel_ + channel_) * args_.x_channel;
    YY_UNROLL
    for (int axis = 0; axis < 3; ++axis) at += (at_[i][axis] + tap_[axis]) * args_.x_axis[axis];
    return at;
  }

  __device__ __forceinline__ void step(int n) {
    channel_ += n;
    while (channel_ >= args_.channels) {
      channel_ -= args_.channels;
      tap_[2] += args_.dilation[2];
      if (tap_[2] < args_.extent[2]) continue;
      tap_[2] = 0;
      tap_[1] += args_.dilation[1];
      if (tap_[1] < args_.extent[1]) continue;
      tap_[1] = 0;
      tap_[0] += args_.dilation[0];
    }
  }

  const ImplicitGemmArgs& args_;
  int group_channel_;
  int image_[2];
  int at_[2][3];          // positions of the window's first tap
  int tap_[3], channel_;  // where the product is; taps in positions of x
};

// The right matrix: the weights of a filter.
template <class T, class Tile>
class Filters {
 public:
  __device__ Filters(const ImplicitGemmArgs& args, int column, int group, int depth)
      : k_(depth + fetched_depth()), end_(column < args.columns ? args.pitch : 0) {
    filter_ = static_cast<const T*>(args.weights) +
              (group * args.columns + min(column, args.columns - 1)) * args.pitch;
  }

  __device__ __forceinline__ Quad operator()() {
    Pack<T, 4> pack = {};
    if (k_ < end_) pack = load_pack<T, 4>(filter_ + k_);
    k_ += Tile::depth;
    Quad quad;
    YY_UNROLL
    for (int i = 0; i < 4; ++i) quad.element[i] = to_float(pack.element[i]);
    return quad;
  }

 private:
  const T* filter_;
  int k_, end_;
};

template <class T, class Tile, bool quads>
__global__ void __launch_bounds__(Tile::threads, 1)
    implicit_gemm(const ImplicitGemmArgs args, const ImplicitGemmPlan plan, float* workspace) {
  const int across = (args.columns + Tile::columns - 1) / Tile::columns;
  const int down = (args.rows + Tile::rows - 1) / Tile::rows;
  const int block = static_cast<int>(blockIdx.x), split = static_cast<int>(blockIdx.y);
  const int first_column = block % across * Tile::columns;
  const int first_row = block / across % down * Tile::rows;
  const int group = block / across / down;
  const int first_depth = split * plan.steps * Tile::depth;
  const int steps = min(plan.steps, (args.pitch - first_depth + Tile::depth - 1) / Tile::depth);

  float sum[Tile::sums][4] = {};
  Pixels<T, Tile, quads> left(args, first_row, group, first_depth);
  Filters<T, Tile> right(args, first_column + fetched_row(), group, first_depth);
  multiply<Tile>(sum, steps, left, right);

  const int pixels = args.out[0] * args.out[1] * args.out[2];
  const int filters = args.groups * args.columns;
  const bool packs = args.y_filter == 1 && args.columns % 4 == 0;
  for_each_row<Tile>(sum, [&](int row_of_tile, int column_of_tile, Quad sums) {
    const int row = first_row + row_of_tile, column = first_column + column_of_tile;
    const int count = args.columns - column;
    if (row >= args.rows || count <= 0) return;
    const int filter = group * args.columns + column, image = row / pixels;
    const int at = image * args.y_image + (row - image * pixels) * args.y_pixel + filter * args.y_filter;
    if (plan.splits > 1) {
      float* to = workspace + static_cast<std::size_t>(split) * args.rows * filters + at;
      for (int i = 0; i < 4 && i < count; ++i) to[i * args.y_filter] = sums.element[i];
      return;
    }
    const Quad bias = load_bias<4>(args.finish, filter, count);
    YY_UNROLL
    for (int i = 0; i < 4; ++i) sums.element[i] = args.finish.alpha * sums.element[i] + bias.element[i];
    finish_sums<T>(args.finish, {at, row, args.y_filter, count, packs}, sums);
  });
}

constexpr int adding_threads = 256;

// Adds up the sums of all splits: one thread per element of y.
template <class T>
__global__ void __launch_bounds__(adding_threads)
    add_splits(const Finish finish, const float* workspace, int splits, int elements, int y_filter,
               int filters) {
  const auto at = blockIdx.x * adding_threads + threadIdx.x;
  if (at >= static_cast<unsigned>(elements)) return;
  float sum = 0;
  for (int split = 0; split < splits; ++split)
    sum += workspace[static_cast<std::size_t>(split) * elements + at];
  const int element = static_cast<int>(at);
  const Pack<float, 1> bias = load_bias<1>(finish, element / y_filter % filters, 1);
  finish_sums<T>(finish, {element, element / filters, 1, 1, true},
                 Pack<float, 1>{{finish.alpha * sum + bias.element[0]}});
}

template <class Tile>
std::int64_t blocks_of(const ImplicitGemmArgs& args) {
  return std::int64_t{blocks_for(args.columns, Tile::columns)} * blocks_for(args.rows, Tile::rows) *
         args.groups;
}

template <class T, class Tile, bool quads>
void launch_as(const ImplicitGemmArgs& args, const ImplicitGemmPlan& plan, float* workspace,
               cudaStream_t stream) {
  const dim3 grid(static_cast<unsigned>(blocks_of<Tile>(args)), static_cast<unsigned>(plan.splits));
  YY_CUDA(launch(implicit_gemm<T, Tile, quads>, grid, Tile::threads, 0, stream, args, plan, workspace));
  if (plan.splits == 1) return;
  const int filters = args.groups * args.columns, elements = args.rows * filters;
  YY_CUDA(launch(add_splits<T>, blocks_for(elements, adding_threads), adding_threads, 0, stream, args.finish,
                 static_cast<const float*>(workspace), plan.splits, elements, args.y_filter, filters));
}

template <class T, class Tile>
void launch_tiles(const ImplicitGemmArgs& args, const ImplicitGemmPlan& plan, float* workspace,
                  cudaStream_t stream) {
  const bool quads = args.x_channel == 1 && args.channels % 4 == 0;
  quads ? launch_as<T, Tile, true>(args, plan, workspace, stream)
        : launch_as<T, Tile, false>(args, plan, workspace, stream);
}

}  // namespace

// Large tiles where they fill the device. Where even the small ones do not, blocks share the depth, at least
// eight steps each.
ImplicitGemmPlan plan_implicit_gemm(const ImplicitGemmArgs& args, int multiprocessors) {
  ImplicitGemmPlan plan;
  plan.large = args.columns > SmallTile::columns && blocks_of<LargeTile>(args) >= multiprocessors;
  plan.steps = static_cast<int>(blocks_for(args.pitch, LargeTile::depth));
  const std::int64_t wanted = plan.large ? 1 : 3 * multiprocessors / blocks_of<SmallTile>(args);
  const std::int64_t splits = std::min<std::int64_t>({wanted, plan.steps / 8, 32});
  if (splits < 2) return plan;
  plan.steps = static_cast<int>(blocks_for(plan.steps, splits));
  plan.splits = static_cast<int>(blocks_for(blocks_for(args.pitch, LargeTile::depth), plan.steps));
  plan.workspace_bytes = sizeof(float) * plan.splits * args.rows * args.groups * args.columns;
  return plan;
}

void launch_implicit_gemm(DType dtype, const ImplicitGemmArgs& args, const ImplicitGemmPlan& plan,
                          void* workspace, cudaStream_t stream) {
  with_real_type(dtype, [&](auto tag) {
    using T = typename decltype(tag)::type;
    auto* sums = static_cast<float*>(workspace);
    plan.large ? launch_tiles<T, LargeTile>(args, plan, sums, stream)
               : launch_tiles<T, SmallTile>(args, plan, sums, stream);
  });
}

}  // namespace yy::cuda
