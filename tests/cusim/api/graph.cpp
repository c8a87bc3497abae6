// Graphs: captured from streams, instantiated, launched.
#include "tests/cusim/api/call.h"
#include "tests/cusim/streams/capture.h"

namespace yy::cusim {
namespace {

using SharedGraph = std::shared_ptr<const Graph>;

Graph& graph_of(cudaGraph_t handle) {
  return *reinterpret_cast<Graph*>(handle);
}

SharedGraph& shared_graph_of(cudaGraphExec_t handle) {
  return *reinterpret_cast<SharedGraph*>(handle);
}

}  // namespace
}  // namespace yy::cusim

using namespace yy::cusim;

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode) {
  return call([&] {
    Stream* stream = find_stream(handle);
    return stream == nullptr ? cudaErrorStreamCaptureUnsupported : begin_capture(*stream, mode);
  });
}

// `*handle` is null after an error, as CUDA leaves it.
cudaError_t cudaStreamEndCapture(cudaStream_t stream_handle, cudaGraph_t* handle) {
  return call([&] {
    *handle = nullptr;
    Stream* stream = find_stream(stream_handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    auto graph = std::make_unique<Graph>();
    const cudaError_t error = end_capture(*stream, *graph);
    if (error == cudaSuccess) *handle = reinterpret_cast<cudaGraph_t>(graph.release());
    return error;
  });
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus* status) {
  return call([&] {
    const Stream* stream = find_stream(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    *status = stream->capture == nullptr ? cudaStreamCaptureStatusNone
              : stream->capture->broken  ? cudaStreamCaptureStatusInvalidated
                                         : cudaStreamCaptureStatusActive;
    return cudaSuccess;
  });
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  return call([&] {
    if (graph == nullptr) return cudaErrorInvalidValue;
    *exec = reinterpret_cast<cudaGraphExec_t>(new SharedGraph(std::make_shared<Graph>(graph_of(graph))));
    return cudaSuccess;
  });
}

cudaError_t cudaGraphInstantiateWithFlags(cudaGraphExec_t* exec, cudaGraph_t graph,
                                          unsigned long long flags) {
  return cudaGraphInstantiate(exec, graph, flags);
}

cudaError_t cudaGraphUpload(cudaGraphExec_t, cudaStream_t) {
  return call([] { return cudaSuccess; });
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  return call([&] { return enqueue(stream, [graph = shared_graph_of(exec)] { return run_graph(*graph); }); });
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  return call([&] {
    delete &graph_of(graph);
    return cudaSuccess;
  });
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  return call([&] {
    delete &shared_graph_of(exec);
    return cudaSuccess;
  });
}
