#include "tests/onnx/rival/rival.h"

#include <google/protobuf/descriptor.h>

#include "onnx.pb.h"

extern "C" int rival_count_nodes(const void* bytes, std::size_t size) {
  const auto* file = google::protobuf::DescriptorPool::generated_pool()->FindFileByName("onnx.proto");
  if (file == nullptr || onnx::ModelProto::descriptor()->file() != file) return -1;
  onnx::ModelProto model;
  if (!model.ParseFromArray(bytes, static_cast<int>(size))) return -1;
  return model.graph().node_size();
}
