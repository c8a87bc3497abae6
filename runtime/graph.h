// A network: values (tensors by name) and nodes in topological order. A Graph is a value; copies share
// operators and constants, so that one is cheap to make per batch size.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/op.h"
#include "runtime/tensor.h"

namespace yy {

using ValueId = int;
inline constexpr ValueId no_value = -1;  // an optional input that is left out

struct Value {
  std::string name;
  TensorDesc desc;                 // meaningful once `typed`; graph inputs are typed from the start
  bool typed = false;              // shape inference has been here
  std::optional<Tensor> constant;  // elements known at compile time, row-major
};

struct Node {
  std::string name;
  std::shared_ptr<const Op> op;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;

  std::string label() const;  // "node 'conv1' (Conv)", for messages
};

struct Graph {
  std::string name;
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  bool tf32 = false;  // compiled for Precision::tf32

  ValueId add_value(std::string value_name);
  ValueId add_constant(std::string value_name, Tensor tensor);
  Value& value(ValueId id) { return values[static_cast<std::size_t>(id)]; }
  const Value& value(ValueId id) const { return values[static_cast<std::size_t>(id)]; }

  // The inputs of a node as operators and kernel factories see them.
  std::vector<OpInput> op_inputs(const Node& node) const;
  std::vector<TensorDesc> output_descs(const Node& node) const;

  std::vector<int> count_uses() const;  // per value: reading nodes' inputs plus graph outputs
  std::vector<int> producers() const;   // per value: index of the node that writes it, or -1

  void replace_uses(ValueId from, ValueId to);  // in all nodes' inputs and the graph's outputs
  void prune();                                 // drops nodes none of whose outputs reaches an output
};

}  // namespace yy
