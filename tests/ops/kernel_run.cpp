#include "tests/ops/kernel_run.h"

#include <algorithm>
#include <fmt/format.h>

#include "runtime/error.h"
#include "runtime/slices.h"

namespace yy::test {

GuardedMemory::GuardedMemory(const Backend& backend, std::size_t bytes)
    : buffer_(backend.allocate(bytes + 2 * guard)), host_(bytes + 2 * guard, zone) {
  poison();
}

void GuardedMemory::poison() {
  std::fill(host_.begin() + guard, host_.end() - guard, std::byte{0xFF});
}

bool GuardedMemory::intact() const {
  const auto good = [](std::byte b) { return b == zone; };
  return std::all_of(host_.begin(), host_.begin() + guard, good) &&
         std::all_of(host_.end() - guard, host_.end(), good);
}

Kernel make_kernel(const Backend& backend, const Case& c, const Prepared& prepared, int threads,
                   WeightStore& weights, std::int64_t slice_pitch) {
  KernelOrRefusal made =
      backend.make_kernel({*c.op, prepared.inputs, prepared.outputs, threads, weights, slice_pitch});
  if (const auto* refusal = std::get_if<Refusal>(&made)) {
    throw Error(ErrorCode::device, fmt::format("{} refuses: {}", backend.name(), refusal->reason));
  }
  return std::move(std::get<Kernel>(made));
}

std::int64_t slice_pitch_for(const Prepared& prepared) {
  const TensorDesc& y = prepared.outputs[0];
  if (prepared.outputs.size() != 1 || y.layout != Layout::channels_last || y.bytes() == 0) return 0;
  const std::int64_t element = static_cast<std::int64_t>(size_of(y.dtype)), unit = slice_alignment / element;
  return (y.shape[1] + unit - 1) / unit * unit + 2 * unit;
}

bool fits_in_place(const Prepared& prepared, std::size_t k) {
  const OpInput& input = prepared.inputs[k];
  return input.present && input.constant == nullptr && input.desc.bytes() >= prepared.outputs[0].bytes();
}

GuardedMemory& KernelRun::guarded(std::size_t bytes) {
  return memory_.emplace_back(backend_, bytes);
}

KernelRun::KernelRun(const Backend& backend, const Prepared& prepared, const Kernel& kernel, int threads,
                     std::optional<std::size_t> overwritten, std::int64_t slice_pitch)
    : backend_(backend),
      prepared_(prepared),
      overwritten_(overwritten),
      stream_(backend.new_stream(threads)) {
  memory_.reserve(prepared.inputs.size() + prepared.outputs.size() + 1);
  for (std::size_t i = 0; i < prepared.inputs.size(); ++i) {
    const OpInput& input = prepared.inputs[i];
    GuardedMemory& memory = guarded(input.present ? input.desc.bytes() : 0);
    const bool bound = input.present && !kernel.packs(i);
    inputs_.push_back({input.desc, bound ? memory.data() : nullptr});
  }
  for (std::size_t i = 0; i < prepared.outputs.size(); ++i) {
    const TensorDesc& desc = prepared.outputs[i];
    if (i == 0 && slice_pitch > 0) {
      pixel_ = static_cast<std::size_t>(desc.shape[1]) * size_of(desc.dtype);
      pitch_ = static_cast<std::size_t>(slice_pitch) * size_of(desc.dtype);
    }
    GuardedMemory& memory = guarded(pitch_ > 0 && i == 0 ? desc.bytes() / pixel_ * pitch_ : desc.bytes());
    void* data = memory.data();
    if (i == 0 && pitch_ > 0) data = memory.data() + slice_alignment;
    if (i == 0 && overwritten_) data = inputs_[*overwritten_].data;
    outputs_.push_back({desc, data});
  }
  GuardedMemory& workspace = guarded(kernel.workspace_bytes);
  launch_ = kernel.bind({inputs_, outputs_, kernel.workspace_bytes == 0 ? nullptr : workspace.data()});
}

std::string KernelRun::run() {
  for (GuardedMemory& memory : memory_) memory.poison();
  std::vector<std::vector<std::byte>> before;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    if (inputs_[i].data != nullptr) store(*prepared_.arrays[i], inputs_[i].desc.layout, memory_[i].host());
    before.push_back(memory_[i].contents());
  }
  for (GuardedMemory& memory : memory_) memory.send(*stream_);
  stream_->run({&launch_, 1});
  for (GuardedMemory& memory : memory_) memory.fetch(*stream_);
  stream_->wait();
  std::string trouble;
  for (std::size_t i = 0; i < memory_.size(); ++i) {
    const bool is_input = i < inputs_.size(), is_output = !is_input && i < inputs_.size() + outputs_.size();
    const std::string what = is_input    ? fmt::format("input {}", i)
                             : is_output ? fmt::format("output {}", i - inputs_.size())
                                         : "the workspace";
    if (!memory_[i].intact()) trouble += fmt::format("wrote outside {}\n", what);
    if (i == inputs_.size() && pitch_ > 0) {
      const std::vector<std::byte> all = memory_[i].contents();
      for (std::size_t byte = 0; byte < all.size(); ++byte) {
        if (!is_beside_slice(byte) || all[byte] == std::byte{0xFF}) continue;
        trouble += fmt::format("wrote beside the slice, at byte {}\n", byte);
        break;
      }
    }
    if (is_input && overwritten_ != i && memory_[i].contents() != before[i])
      trouble += fmt::format("changed {}\n", what);
  }
  return trouble;
}

bool KernelRun::is_beside_slice(std::size_t byte) const {
  const std::size_t in_pixel = byte % pitch_;
  return in_pixel < slice_alignment || in_pixel >= slice_alignment + pixel_;
}

const GuardedMemory& KernelRun::memory_of_output(std::size_t i) const {
  return memory_[i == 0 && overwritten_ ? *overwritten_ : inputs_.size() + i];
}

std::vector<std::byte> KernelRun::output_bytes(std::size_t i) const {
  std::vector<std::byte> bytes = memory_of_output(i).contents();
  if (i == 0 && pitch_ > 0) {
    std::vector<std::byte> slice;
    for (std::size_t byte = 0; byte < bytes.size(); ++byte) {
      if (!is_beside_slice(byte)) slice.push_back(bytes[byte]);
    }
    return slice;
  }
  bytes.resize(outputs_[i].desc.bytes());  // an input that is overwritten may be longer
  return bytes;
}

bool KernelRun::untouched(std::size_t i, std::int64_t element) const {
  const std::size_t size = size_of(outputs_[i].desc.dtype);
  const std::vector<std::byte> bytes = output_bytes(i);
  const auto* at = bytes.data() + static_cast<std::size_t>(element) * size;
  return std::all_of(at, at + size, [](std::byte b) { return b == std::byte{0xFF}; });
}

}  // namespace yy::test
