// A batch of pictures on their way to a network's input: what launch_resample needs to know, made on the
// host.
//
//   plan.clear();
//   plan.add(crop, across, down, how);                  // for each picture, in the order of the rows
//   plan.write(staging);                                // upload_bytes() of it, to be copied to the device
//   launch_resample(dtype, plan.batch(uploaded, pixels, between), y, stream);
//
// Tables travel with each batch: they are a few hundredths of the crops' bytes, and nothing on the device has
// to be kept or evicted. What was planned for a size is kept for the next batches, so that pictures of equal
// size are planned for once. Throws Error (image). For one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "cuda/kernels/resample.h"
#include "ops/resample.h"

namespace yy::cuda {

// Part of a picture: 8-bit RGB without gaps. x and y count in the whole picture.
struct ResampleCrop {
  std::int64_t offset = 0;  // bytes from the begin of the buffer with all crops
  int x = 0, y = 0, width = 0, height = 0;
};

class ResamplePlan {
 public:
  explicit ResamplePlan(int size);  // of the squares that come out: 1 to 16,384

  void clear();
  // The crop must hold what the spans' filters reach, as resize_reads (image/resize.h) says. Spans end in
  // `size` outputs each. With Interpolation::none they are of whole pixels, as many as come out.
  void add(const ResampleCrop& crop, const ResampleSpan& across, const ResampleSpan& down, Interpolation how);

  std::size_t upload_bytes() const {
    return jobs_.size() * sizeof(ResampleJob) + words_ * sizeof(std::int32_t);
  }
  void write(void* to) const;
  std::size_t between_bytes() const { return static_cast<std::size_t>(between_); }  // scratch on the device
  // Given where those lie on the device. Mean and deviation are left to the caller.
  ResampleBatch batch(const void* uploaded, const void* pixels, void* between) const;

 private:
  struct Table {
    std::vector<std::int32_t> words;  // as ResampleJob tells
    ResampleRange reads = {};
    std::int32_t at = -1;  // among the tables of this batch; -1: not used by it
  };
  using Key = std::tuple<int, float, float, int, Interpolation>;

  const Table& table_of(const ResampleSpan& span, Interpolation how);

  int size_;
  std::map<Key, Table> tables_;
  std::vector<Table*> used_;  // by this batch, in the order of `at`
  std::size_t words_ = 0;     // of those
  std::vector<ResampleJob> jobs_;
  std::int64_t between_ = 0;
  int most_rows_ = 0;
  ResampleAxis axis_;  // memory for planning
};

}  // namespace yy::cuda
