// Runs one kernel the way an executor does, with poisoned red zones around every tensor and the workspace,
// outputs and workspace filled with NaNs beforehand, and reports whatever it did that a kernel must not do.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "runtime/backend.h"
#include "tests/cases/case.h"

namespace yy::test {

// Memory of a backend between two red zones. All bytes inside are 0xFF at first: NaN as float32, -1 as an
// integer.
class GuardedMemory {
 public:
  GuardedMemory(const Backend& backend, std::size_t bytes);

  std::byte* data() const {
    return static_cast<std::byte*>(buffer_.data()) + guard;
  }                                                   // in the backend's memory
  std::byte* host() { return host_.data() + guard; }  // what send() writes there and fetch() reads from there
  std::vector<std::byte> contents() const { return {host_.begin() + guard, host_.end() - guard}; }
  void poison();  // the host's side
  void send(Stream& stream) const { stream.copy_in(buffer_.data(), host_.data(), host_.size()); }
  void fetch(Stream& stream) { stream.copy_out(host_.data(), buffer_.data(), host_.size()); }
  bool intact() const;  // as last fetched: nobody wrote into a red zone

 private:
  static constexpr std::ptrdiff_t guard = 256;
  static constexpr std::byte zone{0xA5};
  Buffer buffer_;
  std::vector<std::byte> host_;  // a copy, red zones included
};

// Throws Error with the reason where the backend refuses.
Kernel make_kernel(const Backend& backend, const Case& c, const Prepared& prepared, int threads,
                   WeightStore& weights, std::int64_t slice_pitch = 0);

// Elements from pixel to pixel of a tensor of which output 0 may be a slice, not the first one: 0 where
// slices are not for it.
std::int64_t slice_pitch_for(const Prepared& prepared);

// Whether output 0 may lie where input `k` does, as far as the executor's plan would let it.
bool fits_in_place(const Prepared& prepared, std::size_t k);

class KernelRun {
 public:
  // With `overwritten`, output 0 lies where that input does. With `slice_pitch`, it is a slice of a tensor
  // with that many channels.
  KernelRun(const Backend& backend, const Prepared& prepared, const Kernel& kernel, int threads,
            std::optional<std::size_t> overwritten = std::nullopt, std::int64_t slice_pitch = 0);

  // Fills inputs, poisons outputs and workspace, runs, waits. Returns what it did wrong apart from its
  // numbers.
  std::string run();

  Array output(std::size_t i) const { return load(outputs_[i].desc, output_bytes(i).data()); }
  std::vector<std::byte> output_bytes(std::size_t i) const;
  bool untouched(std::size_t i, std::int64_t element) const;  // row-major outputs: still as poisoned

 private:
  GuardedMemory& guarded(std::size_t bytes);
  bool is_beside_slice(std::size_t byte) const;

  const Backend& backend_;
  const Prepared& prepared_;
  std::optional<std::size_t> overwritten_;
  std::size_t pixel_ = 0,
              pitch_ = 0;  // bytes of output 0: of a pixel, and to the next; 0 where it is no slice
  // Of output `i`: its own memory, or that of the input which it overwrites.
  const GuardedMemory& memory_of_output(std::size_t i) const;

  std::vector<GuardedMemory> memory_;  // inputs, then outputs, then the workspace
  std::vector<TensorView> inputs_, outputs_;
  Launch launch_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace yy::test
