// Enqueue and Dequeue: one memcpy per row that comes; rows that leave stay where they are.
#include "ops/queue.h"

#include <algorithm>
#include <cstring>

#include "cpu/private/context.h"

namespace yy::cpu {
namespace {

// The output's queue, which holds what the input's does.
Queue take_over(const QueueLayout& layout, const TensorView& input, const TensorView& output) {
  if (output.data != input.data) {
    std::memcpy(output.data, input.data, static_cast<std::size_t>(layout.bytes()));
  }
  return layout.at(output.data);
}

// Time goes round; so does the difference of two times.
std::int32_t wrapped(std::int64_t time) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(time));
}

Kernel make_enqueue(const QueueLayout& layout, std::int64_t rows) {
  Kernel kernel;
  kernel.implementation = "copy";
  kernel.may_overwrite = 3;
  kernel.bind = [=](const Binding& binding) -> Launch {
    return [=](Stream&) {
      const auto* index = binding.inputs[0].as<const std::int32_t>();
      const auto* crops = binding.inputs[2].as<const std::byte>();
      const Queue queue = take_over(layout, binding.inputs[3], binding.outputs[0]);
      QueueHeader& header = *queue.header;
      const std::int64_t room = std::min(rows, layout.capacity - header.length);
      const auto count = std::min<std::int64_t>(binding.inputs[1].as<const std::int32_t>()[0], room);
      header.time = wrapped(std::int64_t{header.time} + 1);
      header.taken = 0;
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t at = (header.head + header.length) % layout.capacity;
        std::memcpy(queue.rows + at * layout.row_bytes, crops + index[i] * layout.row_bytes,
                    static_cast<std::size_t>(layout.row_bytes));
        queue.times[at] = header.time;
        ++header.length;
      }
      header.most = std::max(header.most, header.length);
    };
  };
  return kernel;
}

Kernel make_dequeue(const Dequeue& op) {
  Kernel kernel;
  kernel.implementation = "loop";
  kernel.may_overwrite = 0;
  kernel.bind = [layout = op.layout(), batch = op.batch(),
                 patience = op.patience()](const Binding& binding) -> Launch {
    return [=](Stream&) {
      const Queue queue = take_over(layout, binding.inputs[0], binding.outputs[0]);
      QueueHeader& header = *queue.header;
      const std::int32_t least = binding.inputs[1].as<const std::int32_t>()[0];
      auto* index = binding.outputs[1].as<std::int32_t>();
      auto* places = binding.outputs[2].as<std::int32_t>();
      const auto waited = wrapped(std::int64_t{header.time} - queue.times[header.head]);
      const bool ready = header.length > 0 && (header.length >= least || waited >= patience);
      const auto count = ready ? static_cast<std::int32_t>(std::min<std::int64_t>(header.length, batch)) : 0;
      for (std::int32_t i = 0; i < count; ++i) {
        index[i] = static_cast<std::int32_t>((header.head + i) % layout.capacity);
        places[i] = header.taken + i;
      }
      header.head = static_cast<std::int32_t>((header.head + count) % layout.capacity);
      header.length -= count;
      header.taken += count;
      binding.outputs[3].as<std::int32_t>()[0] = count;
      auto* taken = binding.outputs[4].as<std::int32_t>();
      taken[0] = header.taken;
      taken[1] = header.most;
    };
  };
  return kernel;
}

}  // namespace

KernelOrRefusal make_queue(const KernelRequest& request, const Context&) {
  if (const auto* dequeue = dynamic_cast<const Dequeue*>(&request.op)) return make_dequeue(*dequeue);
  const auto& enqueue = static_cast<const Enqueue&>(request.op);
  return make_enqueue(enqueue.layout(request.inputs[2].desc), request.inputs[0].desc.shape[0]);
}

}  // namespace yy::cpu
