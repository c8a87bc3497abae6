// Streams that are captured into graphs, new ones or the program's.
#include "tests/cusim/streams/capture.h"

#include "tests/cusim/api/call.h"
#include "tests/cusim/engine/failure.h"

namespace yy::cusim {
namespace {

cudaStreamCaptureStatus status_of(const Stream& stream) {
  return stream.capture == nullptr ? cudaStreamCaptureStatusNone
         : stream.capture->broken  ? cudaStreamCaptureStatusInvalidated
                                   : cudaStreamCaptureStatusActive;
}

cudaError_t begin_to_graph(Stream& stream, cudaGraph_t graph, const cudaGraphNode_t* nodes, std::size_t count,
                           cudaStreamCaptureMode mode) {
  if (graph == nullptr || (nodes == nullptr && count != 0)) return cudaErrorInvalidValue;
  const std::vector<cudaGraphNode_t> after(nodes, nodes + count);
  return are_nodes_of(*graph, after) ? begin_capture(stream, mode, graph, after) : cudaErrorInvalidValue;
}

cudaError_t update(Stream& stream, const cudaGraphNode_t* nodes, std::size_t count, unsigned flags) {
  if (stream.capture == nullptr) return cudaErrorIllegalState;
  if (stream.capture->broken) return cudaErrorStreamCaptureInvalidated;
  if (flags > cudaStreamSetCaptureDependencies || (nodes == nullptr && count != 0)) {
    return cudaErrorInvalidValue;
  }
  const std::vector<cudaGraphNode_t> given(nodes, nodes + count);
  if (!are_nodes_of(*stream.capture->graph, given)) return cudaErrorInvalidValue;
  if (flags == cudaStreamSetCaptureDependencies) stream.tail.clear();
  come_after(stream, given);
  return cudaSuccess;
}

}  // namespace
}  // namespace yy::cusim

using namespace yy::cusim;

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode) {
  return call(handle, [&] {
    Stream* stream = find_stream(handle);
    return stream == nullptr ? cudaErrorStreamCaptureUnsupported : begin_capture(*stream, mode, nullptr, {});
  });
}

cudaError_t cudaStreamBeginCaptureToGraph(cudaStream_t handle, cudaGraph_t graph,
                                          const cudaGraphNode_t* dependencies, const cudaGraphEdgeData* edges,
                                          std::size_t count, cudaStreamCaptureMode mode) {
  return call(handle, [&] {
    if (edges != nullptr) return refuse_edge_data();
    Stream* stream = find_stream(handle);
    return stream == nullptr ? cudaErrorStreamCaptureUnsupported
                             : begin_to_graph(*stream, graph, dependencies, count, mode);
  });
}

// `*handle` is null after an error, as CUDA leaves it. A graph of the program stays, with what it has got so
// far.
cudaError_t cudaStreamEndCapture(cudaStream_t stream_handle, cudaGraph_t* handle) {
  return call(stream_handle, [&] {
    *handle = nullptr;
    Stream* stream = find_stream(stream_handle);
    return stream == nullptr ? cudaErrorInvalidResourceHandle : end_capture(*stream, *handle);
  });
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus* status) {
  return call(handle, [&] {
    const Stream* stream = find_stream(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    *status = status_of(*stream);
    return cudaSuccess;
  });
}

cudaError_t cudaStreamGetCaptureInfo(cudaStream_t handle, cudaStreamCaptureStatus* status,
                                     unsigned long long* id, cudaGraph_t* graph,
                                     const cudaGraphNode_t** dependencies, const cudaGraphEdgeData** edges,
                                     std::size_t* count) {
  return call(handle, [&] {
    const Stream* stream = find_stream(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    if (status == nullptr || (edges != nullptr && dependencies == nullptr)) return cudaErrorInvalidValue;
    *status = status_of(*stream);
    if (*status != cudaStreamCaptureStatusActive) return cudaSuccess;
    if (id != nullptr) *id = stream->capture->id;
    if (graph != nullptr) *graph = stream->capture->graph;
    if (dependencies != nullptr) *dependencies = stream->tail.data();
    if (edges != nullptr) *edges = nullptr;
    if (count != nullptr) *count = stream->tail.size();
    return cudaSuccess;
  });
}

cudaError_t cudaStreamUpdateCaptureDependencies(cudaStream_t handle, cudaGraphNode_t* dependencies,
                                                const cudaGraphEdgeData* edges, std::size_t count,
                                                unsigned flags) {
  return call(handle, [&] {
    if (edges != nullptr) return refuse_edge_data();
    Stream* stream = find_stream(handle);
    return stream == nullptr ? cudaErrorInvalidResourceHandle : update(*stream, dependencies, count, flags);
  });
}
