#include "cuda/private/recording.h"

#include <cstdint>
#include <utility>
#include <vector>

#include "cuda/kernels/condition.h"
#include "cuda/private/check.h"
#include "cuda/private/device_scope.h"
#include "cuda/private/handle.h"
#include "cuda/private/range.h"

namespace yy::cuda {
namespace {

class GraphRecording : public Recording {
 public:
  GraphRecording(CudaStream& stream, Recipe recipe, GraphHandle graph, GraphExecHandle exec)
      : stream_(stream), recipe_(std::move(recipe)), graph_(std::move(graph)), exec_(std::move(exec)) {}

  void play() override {
    const DeviceScope scope(stream_.device());
    const Range range("graph");
    YY_CUDA(cudaGraphLaunch(exec_.get(), stream_.get()));
  }

 private:
  CudaStream& stream_;
  Recipe recipe_;      // launches own what they read
  GraphHandle graph_;  // owns the loop's handle
  GraphExecHandle exec_;
};

class PlainRecording : public Recording {
 public:
  PlainRecording(CudaStream& stream, Recipe recipe)
      : stream_(stream), recipe_(std::move(recipe)), flag_(make_pinned(sizeof(std::int32_t))) {}

  void play() override {
    stream_.run(recipe_.launches);
    if (recipe_.body.empty()) return;
    while (goes_on()) stream_.run(recipe_.body);
  }

 private:
  bool goes_on() {
    stream_.download(flag_.get(), recipe_.condition, sizeof(std::int32_t));
    stream_.wait();
    return *reinterpret_cast<const std::int32_t*>(flag_.get()) != 0;
  }

  CudaStream& stream_;
  Recipe recipe_;
  PinnedMemory flag_;
};

// What a stream is told while this lives goes into a graph instead.
class Capture {
 public:
  Capture(CudaStream& stream, cudaGraph_t graph) : stream_(stream.get()) {
    YY_CUDA(
        cudaStreamBeginCaptureToGraph(stream_, graph, nullptr, nullptr, 0, cudaStreamCaptureModeThreadLocal));
  }
  ~Capture() {
    cudaGraph_t graph = nullptr;
    if (!is_over_ && cudaStreamEndCapture(stream_, &graph) != cudaSuccess) cudaGetLastError();
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  // Ends it; gives the nodes that what comes next has to come after.
  std::vector<cudaGraphNode_t> end() {
    cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
    const cudaGraphNode_t* last = nullptr;
    std::size_t count = 0;
    YY_CUDA(cudaStreamGetCaptureInfo(stream_, &status, nullptr, nullptr, &last, nullptr, &count));
    std::vector<cudaGraphNode_t> nodes(last, last + count);
    cudaGraph_t graph = nullptr;
    is_over_ = true;
    YY_CUDA(cudaStreamEndCapture(stream_, &graph));
    return nodes;
  }

 private:
  cudaStream_t stream_;
  bool is_over_ = false;
};

// The launches, then the kernel that tells the loop whether to go on.
std::vector<cudaGraphNode_t> capture(CudaStream& stream, cudaGraph_t graph,
                                     const std::vector<Launch>& launches, cudaGraphConditionalHandle loop,
                                     const void* condition) {
  Capture capture(stream, graph);
  stream.run(launches);
  if (condition != nullptr)
    launch_set_condition(loop, static_cast<const std::int32_t*>(condition), stream.get());
  return capture.end();
}

// Whether the driver can do that; throws for other errors.
bool is_supported(cudaError_t status, const char* call) {
  if (status != cudaErrorNotSupported) check(status, call);
  return status == cudaSuccess;
}

bool add_loop(CudaStream& stream, cudaGraph_t graph, const std::vector<cudaGraphNode_t>& after,
              const Recipe& recipe, cudaGraphConditionalHandle loop) {
  cudaGraphNodeParams parameters = {};
  parameters.type = cudaGraphNodeTypeConditional;
  parameters.conditional.handle = loop;
  parameters.conditional.type = cudaGraphCondTypeWhile;
  parameters.conditional.size = 1;
  cudaGraphNode_t node = nullptr;
  if (!is_supported(cudaGraphAddNode(&node, graph, after.data(), nullptr, after.size(), &parameters),
                    "cudaGraphAddNode"))
    return false;
  capture(stream, parameters.conditional.phGraph_out[0], recipe.body, loop, recipe.condition);
  return true;
}

}  // namespace

std::unique_ptr<Recording> record_graph(CudaStream& stream, const Recipe& recipe) {
  cudaGraph_t raw = nullptr;
  YY_CUDA(cudaGraphCreate(&raw, 0));
  GraphHandle graph(raw);
  const bool loops = !recipe.body.empty();
  cudaGraphConditionalHandle loop{};
  if (loops && !is_supported(cudaGraphConditionalHandleCreate(&loop, raw, 0, cudaGraphCondAssignDefault),
                             "cudaGraphConditionalHandleCreate"))
    return nullptr;
  const std::vector<cudaGraphNode_t> last =
      capture(stream, raw, recipe.launches, loop, loops ? recipe.condition : nullptr);
  cudaGraphExec_t made = nullptr;
  if ((loops && !add_loop(stream, raw, last, recipe, loop)) ||
      !is_supported(cudaGraphInstantiate(&made, raw, 0), "cudaGraphInstantiate"))
    return nullptr;
  return std::make_unique<GraphRecording>(stream, recipe, std::move(graph), GraphExecHandle(made));
}

std::unique_ptr<Recording> record_plainly(CudaStream& stream, Recipe recipe) {
  return std::make_unique<PlainRecording>(stream, std::move(recipe));
}

}  // namespace yy::cuda
