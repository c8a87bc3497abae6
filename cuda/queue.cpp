// Enqueue: one kernel copies rows, then one writes down that they are there. Dequeue: one of one block. A
// queue that cannot be taken over is copied first.
#include "ops/queue.h"

#include <algorithm>
#include <fmt/format.h>

#include "cuda/kernels/queue.h"
#include "cuda/private/check.h"
#include "cuda/private/context.h"

namespace yy::cuda {
namespace {

// The output's queue, which holds what the input's does.
Queue take_over(const QueueLayout& layout, const TensorView& input, const TensorView& output,
                cudaStream_t stream) {
  if (output.data != input.data) {
    YY_CUDA(cudaMemcpyAsync(output.data, input.data, static_cast<std::size_t>(layout.bytes()),
                            cudaMemcpyDeviceToDevice, stream));
  }
  return layout.at(output.data);
}

Kernel make_enqueue(const QueueLayout& layout, std::int64_t rows) {
  const std::int64_t run = layout.row_bytes;
  EnqueueArguments arguments;
  arguments.capacity = static_cast<int>(layout.capacity);
  arguments.rows = static_cast<int>(std::min(rows, layout.capacity));
  arguments.word = static_cast<int>(std::min<std::int64_t>(run & -run, 16));
  arguments.run = Divisor(run / arguments.word);
  Kernel kernel =
      kernel_of(fmt::format("rows {} bytes", arguments.word), [=](const Binding& at, cudaStream_t stream) {
        EnqueueArguments bound = arguments;
        bound.index = at.inputs[0].as<const std::int32_t>();
        bound.count = at.inputs[1].as<const std::int32_t>();
        bound.crops = at.inputs[2].data;
        bound.queue = take_over(layout, at.inputs[3], at.outputs[0], stream);
        launch_enqueue(bound, stream);
      });
  kernel.may_overwrite = 3;
  return kernel;
}

Kernel make_dequeue(const Dequeue& op) {
  DequeueArguments arguments;
  arguments.capacity = static_cast<int>(op.layout().capacity);
  arguments.batch = static_cast<int>(op.batch());
  arguments.patience = static_cast<int>(op.patience());
  Kernel kernel =
      kernel_of("dequeue", [arguments, layout = op.layout()](const Binding& at, cudaStream_t stream) {
        DequeueArguments bound = arguments;
        bound.queue = take_over(layout, at.inputs[0], at.outputs[0], stream);
        bound.least = at.inputs[1].as<const std::int32_t>();
        bound.index = at.outputs[1].as<std::int32_t>();
        bound.places = at.outputs[2].as<std::int32_t>();
        bound.count = at.outputs[3].as<std::int32_t>();
        bound.taken = at.outputs[4].as<std::int32_t>();
        launch_dequeue(bound, stream);
      });
  kernel.may_overwrite = 0;
  return kernel;
}

}  // namespace

KernelOrRefusal make_queue(const KernelRequest& request, const Context&) {
  if (const auto* dequeue = dynamic_cast<const Dequeue*>(&request.op)) return make_dequeue(*dequeue);
  const auto& enqueue = static_cast<const Enqueue&>(request.op);
  return make_enqueue(enqueue.layout(request.inputs[2].desc), request.inputs[0].desc.shape[0]);
}

}  // namespace yy::cuda
