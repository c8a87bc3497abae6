// ONNX files -> Graph and Tensor. The bytes are not trusted: sizes are checked before memory is taken, and
// all problems of a model are collected into one yy::Error (model), one line each, that begins with the
// file's name. Nothing but memory, the named file, and files below its folder that hold its weights is
// touched; the functions are safe to call from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "runtime/graph.h"
#include "runtime/tensor.h"

namespace yy {

// Calls of the model's own functions and Ifs whose condition is known are replaced by the nodes they stand
// for. Numbers in float16, bfloat16 and double become float32, as do graph inputs of those types. Nodes are
// in topological order, in the file's order where that is one. Initializers are constants, also where the
// file lists them as inputs. Only graph inputs and constants are typed; shape inference does the rest.
struct OnnxModel {
  Graph graph;
  std::int64_t ir_version = 0;
  int opset = 0;         // version of ONNX's own operators
  std::string producer;  // "pytorch 2.1.0"; may be empty
};

OnnxModel load_onnx(const std::filesystem::path& file);

// `name` stands for the file in messages. Weights in other files are refused: there is no folder to find them
// in.
OnnxModel parse_onnx(std::span<const std::byte> bytes, const std::string& name);

// A file that holds one serialized TensorProto, as in the data of ONNX's own tests.
Tensor load_tensor_pb(const std::filesystem::path& file);

}  // namespace yy
