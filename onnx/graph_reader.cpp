#include "onnx/private/graph_reader.h"

#include <fmt/format.h>
#include <unordered_set>
#include <utility>

#include "onnx/private/limits.h"
#include "onnx/private/node_attributes.h"
#include "onnx/private/topological_order.h"
#include "ops/registry.h"
#include "runtime/error.h"
#include "runtime/printable.h"

namespace yy {

GraphReader::GraphReader(onnx_pb::Graph& source, const FlatNodes& flat, const OpsetImports& imports,
                         TensorReader& tensors, Problems& problems)
    : source_(source), flat_(flat), imports_(imports), tensors_(tensors), problems_(problems) {}

Graph GraphReader::read() {
  if (!within_limits()) return {};
  graph_.name = printable(source_.name());
  refuse_unsupported_parts();
  read_initializers();
  read_inputs();
  name_nodes();
  const int count = source_.node_size();
  for (int i = 0; i < count; ++i) read_node_outputs(i);
  for (int i = 0; i < count; ++i) read_node_inputs(i);
  read_outputs();
  const std::vector<int> uses = graph_.count_uses();
  for (int i = 0; i < count; ++i) drop_unread_outputs(i, uses);
  for (int i = 0; i < count; ++i) read_operator(i);
  report_unknown_operators();
  sort_nodes();
  return std::move(graph_);
}

bool GraphReader::within_limits() {
  const auto check = [&](int count, int most, const char* what) {
    if (count > most)
      problems_.add(fmt::format("the graph has {} {}, at most {} are read", count, what, most));
  };
  check(source_.node_size(), onnx_limits::nodes, "nodes");
  check(source_.initializer_size(), onnx_limits::initializers, "initializers");
  for (int i = 0; i < source_.node_size(); ++i) {
    const onnx_pb::Node& from = source_.node(i);
    const std::string where = fmt::format("node {} of the file ({}):", i, printable(from.op_type()));
    if (from.input_size() > onnx_limits::node_inputs) {
      problems_.add(fmt::format("{} it has {} inputs, at most {} are read", where, from.input_size(),
                                onnx_limits::node_inputs));
    }
    if (from.output_size() > onnx_limits::node_outputs) {
      problems_.add(fmt::format("{} it has {} outputs, at most {} are read", where, from.output_size(),
                                onnx_limits::node_outputs));
    }
  }
  return problems_.none();
}

void GraphReader::refuse_unsupported_parts() {
  if (source_.sparse_initializer_size() > 0) {
    problems_.add(fmt::format("the graph has {} sparse initializers, which are not supported",
                              source_.sparse_initializer_size()));
  }
  if (source_.quantization_annotation_size() > 0) {
    problems_.add(fmt::format("the graph has {} quantization annotations, which are not supported",
                              source_.quantization_annotation_size()));
  }
}

bool GraphReader::is_good_name(const std::string& name, const std::string& whose) {
  if (name.size() > onnx_limits::string_bytes) {
    problems_.add(fmt::format("{}: its name is longer than 64 KiB: {}", whose, in_quotes(name)));
    return false;
  }
  if (is_printable(name)) return true;
  problems_.add(fmt::format("{}: a name should be printable UTF-8, found {}", whose, in_quotes(name)));
  return false;
}

ValueId GraphReader::define(const std::string& name, int node, const std::string& whose) {
  const auto [found, is_new] = definitions_.try_emplace(name, Definition{no_value, node});
  if (!is_new) {
    const int other = found->second.node;
    problems_.add(fmt::format("{}: {} is defined twice, the other time by {}", whose, in_quotes(name),
                              other < 0 ? "an input or an initializer" : label(other)));
    return no_value;
  }
  found->second.id = graph_.add_value(name);
  return found->second.id;
}

void GraphReader::read_initializers() {
  for (int i = 0; i < source_.initializer_size(); ++i) {
    onnx_pb::Tensor& proto = *source_.mutable_initializer(i);
    const std::string name = proto.name();
    const std::string whose =
        name.empty() ? fmt::format("initializer {}", i) : fmt::format("initializer {}", in_quotes(name));
    if (name.empty()) problems_.add(whose + ": it has no name");
    if (name.empty() || !is_good_name(name, whose)) continue;
    const ValueId id = define(name, -1, whose);
    if (id == no_value) continue;
    try {
      Value& value = graph_.value(id);
      value.constant = tensors_.take(proto);
      value.desc = value.constant->desc();
      value.typed = true;
    } catch (const Error& error) {
      problems_.add(error.within(whose).what());
    }
  }
}

// Up to IR version 3 every initializer was listed as an input too; later, being listed makes it a default
// that a caller may replace. Either way it is a constant to us.
void GraphReader::read_inputs() {
  const std::size_t initializers = graph_.values.size();
  for (int i = 0; i < source_.input_size(); ++i) {
    const onnx_pb::ValueInfo& input = source_.input(i);
    const std::string whose = fmt::format("graph input {}", in_quotes(input.name()));
    if (input.name().empty()) {
      problems_.add(fmt::format("graph input {}: it has no name", i));
      continue;
    }
    const auto found = definitions_.find(input.name());
    if (found != definitions_.end() && static_cast<std::size_t>(found->second.id) < initializers) continue;
    if (!is_good_name(input.name(), whose)) continue;
    const ValueId id = define(input.name(), -1, whose);
    if (id == no_value) continue;
    graph_.inputs.push_back(id);
    try {
      read_input_type(input, graph_.value(id));
    } catch (const Error& error) {
      problems_.add(error.within(whose).what());
    }
  }
}

void GraphReader::read_input_type(const onnx_pb::ValueInfo& input, Value& value) {
  if (!input.type().has_tensor_type()) throw Error(ErrorCode::model, "only tensors are supported as inputs");
  const onnx_pb::Type::TensorType& type = input.type().tensor_type();
  if (!type.has_shape())
    throw Error(ErrorCode::model, "it has no shape; even its number of dimensions is not known");
  const int rank = type.shape().dim_size();
  if (const auto why = refuse_rank(rank)) throw Error(ErrorCode::model, *why);
  std::vector<std::int64_t> dims;
  for (const onnx_pb::Dims::Dim& dim : type.shape().dim()) {
    // Some writers say -1 for a dimension that is left open.
    const bool is_open = !dim.has_dim_value() || dim.dim_value() == -1;
    dims.push_back(is_open ? unknown_dim : dim.dim_value());
    if (is_open) continue;
    if (const auto why = refuse_dim(dim.dim_value())) throw Error(ErrorCode::model, *why);
  }
  value.desc = {Shape(std::move(dims)), read_dtype(type.elem_type()), Layout::row_major};
  value.typed = true;
}

// Names are for people: a node without one, or with one that another node has, gets one of ours.
void GraphReader::name_nodes() {
  std::unordered_set<std::string> taken;
  for (const onnx_pb::Node& from : source_.node()) taken.insert(from.name());
  std::unordered_set<std::string> used;
  graph_.nodes.resize(static_cast<std::size_t>(source_.node_size()));
  for (int i = 0; i < source_.node_size(); ++i) {
    const onnx_pb::Node& from = source_.node(i);
    std::string& name = node(i).name;
    name = printable(from.name());
    if (!name.empty() && used.insert(name).second) continue;
    name = fmt::format("{}_{}", name.empty() ? printable(from.op_type()) : name, i);
    while (taken.contains(name) || !used.insert(name).second) name += "_";
  }
}

std::string GraphReader::label(int index) const {
  return fmt::format("node '{}' ({})", graph_.nodes[static_cast<std::size_t>(index)].name,
                     printable(source_.node(index).op_type()));
}

void GraphReader::read_node_outputs(int index) {
  for (const std::string& name : source_.node(index).output()) {
    const bool is_left_out = name.empty();  // nobody reads it, but the operator may have to write it
    ValueId id = is_left_out ? graph_.add_value(node(index).name + ".left_out") : no_value;
    if (!is_left_out && is_good_name(name, label(index))) id = define(name, index, label(index));
    node(index).outputs.push_back(id);
  }
}

void GraphReader::read_node_inputs(int index) {
  const onnx_pb::Node& from = source_.node(index);
  for (int i = 0; i < from.input_size(); ++i) {
    ValueId id = no_value;
    if (!from.input(i).empty()) {
      const auto found = definitions_.find(from.input(i));
      if (found != definitions_.end()) {
        id = found->second.id;
      } else {
        problems_.add(fmt::format("{}: its input {} is {}, which nothing in the graph defines", label(index),
                                  i, in_quotes(from.input(i))));
      }
    }
    node(index).inputs.push_back(id);
  }
}

bool GraphReader::is_known_operator_of(int index) {
  const onnx_pb::Node& from = source_.node(index);
  const std::string op = fmt::format("operator {}", in_quotes(from.op_type()));
  std::string what;
  if (!is_own_domain(from.domain())) {
    const auto import = imports_.find(from.domain());
    const std::string version =
        import == imports_.end() ? "not imported" : fmt::format("opset {}", import->second);
    what = fmt::format("{} of domain {} ({})", op, in_quotes(from.domain()), version);
  } else if (!from.overload().empty()) {
    what = fmt::format("{} in overload {}", op, in_quotes(from.overload()));
  } else if (!is_known_operator(from.op_type())) {
    what =
        fmt::format("{} (opset {})", op, imports_.contains("") ? std::to_string(imports_.at("")) : "unknown");
  } else {
    return true;
  }
  unknown_operators_[what].push_back(node(index).name);
  return false;
}

// Results at the end of the list that nobody asks for, such as a mask: an operator that cannot give them need
// not.
void GraphReader::drop_unread_outputs(int index, const std::vector<int>& uses) {
  if (output_count_matters(source_.node(index).op_type())) return;
  std::vector<ValueId>& outputs = node(index).outputs;
  const auto is_read = [&](ValueId id) { return id != no_value && uses[static_cast<std::size_t>(id)] > 0; };
  while (outputs.size() > 1 && !is_read(outputs.back())) outputs.pop_back();
}

void GraphReader::read_operator(int index) {
  if (const auto refused = flat_.refused.find(index); refused != flat_.refused.end()) {
    problems_.add(printable(fmt::format("{}: {}", label(index), refused->second), 1000));
    return;
  }
  const int opset = flat_.opsets[static_cast<std::size_t>(index)];
  if (!is_known_operator_of(index) || opset == 0) return;
  onnx_pb::Node& from = source_node(index);
  try {
    node(index).op = read_op({from.op_type(), opset, node(index).inputs.size(), node(index).outputs.size(),
                              take_attributes(from, tensors_)});
  } catch (const Error& error) {
    problems_.add(printable(error.within(label(index)).what(), 1000));
  }
}

void GraphReader::report_unknown_operators() {
  for (const auto& [what, nodes] : unknown_operators_) {
    problems_.add(fmt::format("{} is not supported; {} {}: {}", what, nodes.size(),
                              nodes.size() == 1 ? "node" : "nodes", name_list(nodes)));
  }
}

void GraphReader::read_outputs() {
  if (source_.output_size() == 0) problems_.add("the graph has no outputs");
  std::unordered_set<std::string> seen;
  for (const onnx_pb::ValueInfo& output : source_.output()) {
    const auto found = definitions_.find(output.name());
    if (found == definitions_.end()) {
      problems_.add(
          fmt::format("graph output {}: nothing in the graph defines it", in_quotes(output.name())));
    } else if (!seen.insert(output.name()).second) {
      problems_.add(fmt::format("graph output {}: it is listed twice", in_quotes(output.name())));
    } else {
      graph_.outputs.push_back(found->second.id);
    }
  }
}

void GraphReader::sort_nodes() {
  std::vector<std::vector<int>> reads(graph_.nodes.size());
  for (int i = 0; i < source_.node_size(); ++i) {
    for (const std::string& name : source_.node(i).input()) {
      const auto found = definitions_.find(name);
      if (found != definitions_.end() && found->second.node >= 0) {
        reads[static_cast<std::size_t>(i)].push_back(found->second.node);
      }
    }
  }
  const TopologicalOrder sorted = topological_order(reads);
  if (!sorted.cycle.empty()) {
    std::vector<std::string> names;
    for (int index : sorted.cycle) names.push_back(node(index).name);
    const bool alone = names.size() == 1;
    problems_.add(fmt::format("{}: {}",
                              alone ? "a node reads from itself" : "nodes read from each other in a circle",
                              name_list(names)));
    return;
  }
  std::vector<Node> nodes;
  nodes.reserve(sorted.order.size());
  for (int index : sorted.order) nodes.push_back(std::move(node(index)));
  graph_.nodes = std::move(nodes);
}

}  // namespace yy
