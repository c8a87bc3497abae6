// One model's graph, once it is flat, from the file's form into Graph: names become values, nodes get their
// operators and their order.
#pragma once

#include <cstdint>
#include <map>
#include <onnx/yy_onnx.pb.h>
#include <string>
#include <unordered_map>
#include <vector>

#include "onnx/private/flatten.h"
#include "onnx/private/tensor_reader.h"
#include "runtime/graph.h"
#include "runtime/problems.h"

namespace yy {

// The versions of operator sets that a model imports, by domain; ONNX's own is ''.
using OpsetImports = std::map<std::string, std::int64_t>;

class GraphReader {
 public:
  // `flat` says of each node which opset it is written in, 0 for one that is not acceptable (then its
  // operator is not read). Weights are taken out of `source`; problems go to `problems`.
  GraphReader(onnx_pb::Graph& source, const FlatNodes& flat, const OpsetImports& imports,
              TensorReader& tensors, Problems& problems);

  Graph read();  // complete only if no problem was added

 private:
  struct Definition {
    ValueId id;
    int node;  // its index in the file; -1 for an input or an initializer
  };

  bool within_limits();
  void refuse_unsupported_parts();
  void read_initializers();
  void read_inputs();
  void read_input_type(const onnx_pb::ValueInfo& input, Value& value);
  void name_nodes();
  void read_node_outputs(int index);
  void read_node_inputs(int index);
  void drop_unread_outputs(int index, const std::vector<int>& uses);
  void read_operator(int index);
  bool is_known_operator_of(int index);
  void report_unknown_operators();
  void read_outputs();
  void sort_nodes();

  onnx_pb::Node& source_node(int index) { return *source_.mutable_node(index); }
  Node& node(int index) { return graph_.nodes[static_cast<std::size_t>(index)]; }
  std::string label(int index) const;  // like Node::label, for nodes that have no operator yet
  bool is_good_name(const std::string& name, const std::string& whose);
  ValueId define(const std::string& name, int node, const std::string& whose);  // no_value where it cannot be

  onnx_pb::Graph& source_;
  const FlatNodes& flat_;
  const OpsetImports& imports_;
  TensorReader& tensors_;
  Problems& problems_;

  Graph graph_;  // nodes in the file's order until sort_nodes()
  std::unordered_map<std::string, Definition> definitions_;
  std::map<std::string, std::vector<std::string>> unknown_operators_;  // what is unknown -> nodes' names
};

}  // namespace yy
