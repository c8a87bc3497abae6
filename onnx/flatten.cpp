#include "onnx/private/flatten.h"

#include <algorithm>
#include <fmt/format.h>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "onnx/private/known_condition.h"
#include "onnx/private/limits.h"
#include "ops/registry.h"
#include "runtime/error.h"
#include "runtime/printable.h"

namespace yy {
namespace {

using Nodes = google::protobuf::RepeatedPtrField<onnx_pb::Node>;

template <class... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) {
  throw Error(ErrorCode::model, fmt::format(format, std::forward<Args>(args)...));
}

// A list of nodes with names of its own: the graph itself, a function's body where it is called, a branch.
struct Scope {
  const Scope* outer = nullptr;  // whose names are seen, too: a branch's surroundings
  bool in_function = false;
  int opset = 0;
  std::string prefix;  // of names in the flat graph; empty for the graph itself
  std::unordered_map<std::string, std::string> names;  // of a value here -> in the flat graph
  std::unordered_map<std::string, const onnx_pb::Attribute*> attributes;  // that a function is called with
};

// A result of a body that no node of the body computes: `from`, as the body calls it, is passed on as `to`.
struct PassedOn {
  std::string from, to;
};

std::string function_key(const std::string& domain, const std::string& name, const std::string& overload) {
  return (is_own_domain(domain) ? "" : domain) + '\n' + name + '\n' + overload;
}

bool is_if(const onnx_pb::Node& node) {
  return node.op_type() == "If" && is_own_domain(node.domain());
}

class Flattener {
 public:
  Flattener(onnx_pb::Model& model, TensorReader& tensors, Problems& problems);
  FlatNodes run(int opset);

 private:
  const onnx_pb::Function* find_function(const onnx_pb::Node& node) const;
  std::string fresh(const std::string& name);
  std::string lookup(const Scope& scope, const std::string& name);
  void count_copied(std::size_t bytes);

  // `node` is `original` with the flat graph's names and without subgraphs; both are the same at the top.
  void place(const onnx_pb::Node& original, onnx_pb::Node& node, const Scope& scope);
  void place_call(const onnx_pb::Function& function, onnx_pb::Node& node, const Scope& scope);
  void place_branch(const onnx_pb::Node& original, onnx_pb::Node& node, const Scope& scope);
  void place_body(const Nodes& nodes, const std::vector<std::string>& outputs, const onnx_pb::Node& caller,
                  Scope& scope);
  void put(onnx_pb::Node&& node, int opset);
  void put_refused(onnx_pb::Node&& node, int opset, const std::string& why);

  Scope scope_of_call(const onnx_pb::Function& function, const onnx_pb::Node& node, const Scope& caller);
  const onnx_pb::Graph& choose_branch(const onnx_pb::Node& original, const onnx_pb::Node& node);
  std::string prefix_of(const onnx_pb::Node& node);
  void take_initializers(const onnx_pb::Graph& branch, Scope& scope);
  onnx_pb::Node renamed(const onnx_pb::Node& node, const Scope& scope, int index);
  void copy_attributes(const onnx_pb::Node& node, const Scope& scope, onnx_pb::Node& copy);
  void drop_conditions();

  onnx_pb::Graph& graph_;
  TensorReader& tensors_;
  std::unordered_map<std::string, const onnx_pb::Function*> functions_;
  FlatNodes flat_;
  Definitions definitions_;                      // of the graph as it was, and of what is put
  std::unordered_set<std::string> taken_;        // further names of values, and prefixes
  std::size_t next_number_ = 0;                  // makes names unique
  std::vector<const onnx_pb::Function*> calls_;  // in one another; null for a branch
  int placed_ = 0;
  std::size_t copied_bytes_ = 0;
  std::vector<std::vector<std::string>> conditions_;  // values that may have served to know a condition only
};

Flattener::Flattener(onnx_pb::Model& model, TensorReader& tensors, Problems& problems)
    : graph_(*model.mutable_graph()), tensors_(tensors) {
  for (const onnx_pb::Function& function : model.functions()) {
    const std::string key = function_key(function.domain(), function.name(), function.overload());
    if (functions_.emplace(key, &function).second) continue;
    problems.add(fmt::format("function {} of domain {} is defined twice", in_quotes(function.name()),
                             in_quotes(function.domain())));
  }
}

FlatNodes Flattener::run(int opset) {
  const bool is_flat = std::none_of(graph_.node().begin(), graph_.node().end(), [&](const auto& node) {
    return is_if(node) || find_function(node) != nullptr;
  });
  if (is_flat) return {std::vector<int>(static_cast<std::size_t>(graph_.node_size()), opset), {}};
  Nodes nodes;
  nodes.Swap(graph_.mutable_node());
  for (const auto& input : graph_.input()) taken_.insert(input.name());
  for (const auto& tensor : graph_.initializer()) definitions_.initializers.emplace(tensor.name(), &tensor);
  for (const auto& node : nodes) {
    for (const std::string& output : node.output()) definitions_.nodes.emplace(output, &node);
  }
  Scope scope;
  scope.opset = opset;
  for (onnx_pb::Node& node : nodes) place(node, node, scope);
  drop_conditions();
  return std::move(flat_);
}

const onnx_pb::Function* Flattener::find_function(const onnx_pb::Node& node) const {
  if (functions_.empty()) return nullptr;
  const auto found = functions_.find(function_key(node.domain(), node.op_type(), node.overload()));
  return found == functions_.end() ? nullptr : found->second;
}

std::string Flattener::fresh(const std::string& name) {
  std::string result = name;
  while (definitions_.nodes.contains(result) || definitions_.initializers.contains(result) ||
         !taken_.insert(result).second) {
    result = fmt::format("{}#{}", name, ++next_number_);
  }
  return result;
}

// What nothing defines gets a name that nothing has, so that it is found missing and not somewhere else.
std::string Flattener::lookup(const Scope& scope, const std::string& name) {
  if (name.empty()) return name;
  for (const Scope* at = &scope; at != nullptr; at = at->outer) {
    if (const auto found = at->names.find(name); found != at->names.end()) return found->second;
  }
  return scope.in_function ? fresh(scope.prefix + name) : name;
}

void Flattener::count_copied(std::size_t bytes) {
  copied_bytes_ += bytes;
  if (copied_bytes_ > onnx_limits::copied_bytes) {
    refuse("its functions and branches hold more than {} MiB once they are put in their places",
           onnx_limits::copied_bytes >> 20);
  }
}

void Flattener::place(const onnx_pb::Node& original, onnx_pb::Node& node, const Scope& scope) {
  if (++placed_ > onnx_limits::nodes) {
    refuse(
        "the graph has more than {} nodes and calls once its functions and branches are put in their places",
        onnx_limits::nodes);
  }
  if (const onnx_pb::Function* function = find_function(node)) return place_call(*function, node, scope);
  if (is_if(node)) return place_branch(original, node, scope);
  put(std::move(node), scope.opset);
}

void Flattener::put(onnx_pb::Node&& node, int opset) {
  onnx_pb::Node& placed = *graph_.add_node();
  placed = std::move(node);
  flat_.opsets.push_back(opset);
  for (const std::string& output : placed.output()) definitions_.nodes[output] = &placed;
}

void Flattener::put_refused(onnx_pb::Node&& node, int opset, const std::string& why) {
  flat_.refused[graph_.node_size()] = why;
  put(std::move(node), opset);
}

std::string Flattener::prefix_of(const onnx_pb::Node& node) {
  return fresh((node.name().empty() ? node.op_type() : node.name()) + "/");
}

void Flattener::place_call(const onnx_pb::Function& function, onnx_pb::Node& node, const Scope& caller) {
  Scope scope;
  try {
    scope = scope_of_call(function, node, caller);
  } catch (const Error& error) {
    return put_refused(std::move(node), caller.opset, error.what());
  }
  calls_.push_back(&function);
  place_body(function.node(), {function.output().begin(), function.output().end()}, node, scope);
  calls_.pop_back();
}

Scope Flattener::scope_of_call(const onnx_pb::Function& function, const onnx_pb::Node& node,
                               const Scope& caller) {
  if (std::find(calls_.begin(), calls_.end(), &function) != calls_.end()) refuse("the function calls itself");
  if (calls_.size() >= onnx_limits::calls) refuse("calls are nested deeper than {}", onnx_limits::calls);
  const auto check = [](int found, int most, const char* what) {
    if (found > most) refuse("it has {} {}, the function {}", found, what, most);
  };
  check(node.input_size(), function.input_size(), "inputs");
  check(node.output_size(), function.output_size(), "outputs");
  Scope scope;
  scope.in_function = true;
  scope.prefix = prefix_of(node);
  scope.opset = caller.opset;
  for (const onnx_pb::OperatorSet& import : function.opset_import()) {
    if (!is_own_domain(import.domain())) continue;
    if (import.version() < oldest_opset || import.version() > newest_opset) {
      refuse("the function is written in opset {}, expected {} to {}", import.version(), oldest_opset,
             newest_opset);
    }
    scope.opset = static_cast<int>(import.version());
  }
  for (int i = 0; i < function.input_size(); ++i) {
    count_copied(function.input(i).size() + sizeof(std::string));
    const std::string given = i < node.input_size() ? node.input(i) : "";
    if (!scope.names.emplace(function.input(i), given).second) {
      refuse("the function has two inputs {}", in_quotes(function.input(i)));
    }
  }
  std::unordered_set<std::string> known(function.attribute().begin(), function.attribute().end());
  for (const auto& attribute : function.attribute_proto()) {
    known.insert(attribute.name());
    scope.attributes.emplace(attribute.name(), &attribute);
  }
  for (const auto& attribute : node.attribute()) {
    if (!known.contains(attribute.name())) {
      refuse("attribute {} is not known for the function", in_quotes(attribute.name()));
    }
    scope.attributes[attribute.name()] = &attribute;
  }
  return scope;
}

void Flattener::place_branch(const onnx_pb::Node& original, onnx_pb::Node& node, const Scope& outer) {
  const onnx_pb::Graph* branch = nullptr;
  try {
    branch = &choose_branch(original, node);
  } catch (const Error& error) {
    return put_refused(std::move(node), outer.opset, error.what());
  }
  Scope scope;
  scope.outer = &outer;
  scope.in_function = outer.in_function;
  scope.opset = outer.opset;
  scope.prefix = prefix_of(node);
  scope.attributes = outer.attributes;
  std::vector<std::string> outputs;
  for (const onnx_pb::ValueInfo& output : branch->output()) outputs.push_back(output.name());
  take_initializers(*branch, scope);
  calls_.push_back(nullptr);
  place_body(branch->node(), outputs, node, scope);
  calls_.pop_back();
}

const onnx_pb::Graph& Flattener::choose_branch(const onnx_pb::Node& original, const onnx_pb::Node& node) {
  if (node.input_size() != 1) refuse("expected 1 input, found {}", node.input_size());
  if (calls_.size() >= onnx_limits::calls) refuse("branches are nested deeper than {}", onnx_limits::calls);
  Condition condition = find_condition(node.input(0), definitions_, tensors_);
  if (!condition.value) {
    refuse(
        "its condition {} is computed while the network runs; a branch is only chosen while a model is "
        "loaded",
        in_quotes(node.input(0)));
  }
  const char* name = *condition.value ? "then_branch" : "else_branch";
  const auto found = std::find_if(original.attribute().begin(), original.attribute().end(),
                                  [&](const auto& a) { return a.name() == name && a.has_g(); });
  if (found == original.attribute().end()) refuse("attribute '{}' is missing", name);
  const onnx_pb::Graph& branch = found->g();
  if (branch.input_size() > 0) refuse("attribute '{}': a branch has no inputs", name);
  if (branch.sparse_initializer_size() + branch.quantization_annotation_size() > 0) {
    refuse("attribute '{}': sparse initializers and quantization annotations are not supported", name);
  }
  if (branch.output_size() < node.output_size()) {
    refuse("attribute '{}': the branch has {} outputs, the node {}", name, branch.output_size(),
           node.output_size());
  }
  conditions_.push_back(std::move(condition.passed));
  return branch;
}

void Flattener::take_initializers(const onnx_pb::Graph& branch, Scope& scope) {
  for (const onnx_pb::Tensor& from : branch.initializer()) {
    count_copied(from.ByteSizeLong() + tensors_.raw_bytes(from));
    const std::string name = from.name().empty() ? "" : fresh(scope.prefix + from.name());
    scope.names.emplace(from.name(), name);
    onnx_pb::Tensor& tensor = *graph_.add_initializer();
    tensor = from;
    tensor.set_name(name);
    definitions_.initializers.emplace(name, &tensor);
  }
}

// `outputs`, as the body calls them, become those of `caller`.
void Flattener::place_body(const Nodes& nodes, const std::vector<std::string>& outputs,
                           const onnx_pb::Node& caller, Scope& scope) {
  std::unordered_set<std::string> computed;
  for (const onnx_pb::Node& node : nodes) computed.insert(node.output().begin(), node.output().end());
  computed.erase("");
  std::vector<PassedOn> passed_on;
  for (std::size_t i = 0; i < static_cast<std::size_t>(caller.output_size()); ++i) {
    const std::string& name = caller.output(static_cast<int>(i));
    if (name.empty()) continue;
    const bool is_renamed = computed.contains(outputs[i]) && scope.names.emplace(outputs[i], name).second;
    if (!is_renamed) passed_on.push_back({outputs[i], name});
  }
  for (const std::string& name : computed) {
    if (!scope.names.contains(name)) scope.names.emplace(name, fresh(scope.prefix + name));
  }
  for (int i = 0; i < nodes.size(); ++i) {
    onnx_pb::Node node = renamed(nodes[i], scope, i);
    place(nodes[i], node, scope);
  }
  for (const PassedOn& pair : passed_on) {
    onnx_pb::Node identity;
    identity.set_op_type("Identity");
    identity.set_name(fresh(scope.prefix + "Identity"));
    identity.add_input(lookup(scope, pair.from));
    identity.add_output(pair.to);
    place(identity, identity, scope);
  }
}

onnx_pb::Node Flattener::renamed(const onnx_pb::Node& node, const Scope& scope, int index) {
  onnx_pb::Node copy;
  copy.set_op_type(node.op_type());
  copy.set_domain(node.domain());
  copy.set_overload(node.overload());
  const std::string name = node.name().empty() ? fmt::format("{}_{}", node.op_type(), index) : node.name();
  copy.set_name(scope.prefix + name);
  for (const std::string& input : node.input()) copy.add_input(lookup(scope, input));
  for (const std::string& output : node.output()) copy.add_output(lookup(scope, output));
  copy_attributes(node, scope, copy);
  count_copied(copy.ByteSizeLong());
  return copy;
}

// An attribute that refers to one that the function is called without is left out as well.
void Flattener::copy_attributes(const onnx_pb::Node& node, const Scope& scope, onnx_pb::Node& copy) {
  for (const onnx_pb::Attribute& attribute : node.attribute()) {
    const onnx_pb::Attribute* from = &attribute;
    if (!attribute.ref_attr_name().empty() && scope.in_function) {
      const auto found = scope.attributes.find(attribute.ref_attr_name());
      if (found == scope.attributes.end()) continue;
      from = found->second;
    }
    count_copied(tensors_.raw_bytes(from->t()) + (from->has_g() ? 0 : from->ByteSizeLong()));
    onnx_pb::Attribute& to = *copy.add_attribute();
    if (from->has_g()) {
      to.set_type(from->type());
    } else {
      to = *from;
    }
    to.set_name(attribute.name());
  }
}

// Nodes that only served to know a condition are not asked for kernels.
void Flattener::drop_conditions() {
  std::unordered_map<std::string, int> uses, index;
  for (int i = 0; i < graph_.node_size(); ++i) {
    for (const std::string& input : graph_.node(i).input()) ++uses[input];
    for (const std::string& output : graph_.node(i).output()) index[output] = i;
  }
  for (const onnx_pb::ValueInfo& output : graph_.output()) ++uses[output.name()];
  std::vector<bool> dropped(static_cast<std::size_t>(graph_.node_size()), false);
  for (const std::vector<std::string>& passed : conditions_) {
    for (const std::string& name : passed) {
      const auto at = index.find(name);
      if (at == index.end() || uses[name] > 0 || dropped[static_cast<std::size_t>(at->second)]) break;
      const onnx_pb::Node& node = graph_.node(at->second);
      if (node.output_size() != 1) break;
      dropped[static_cast<std::size_t>(at->second)] = true;
      for (const std::string& input : node.input()) --uses[input];
    }
  }
  FlatNodes flat;
  Nodes kept;
  for (int i = 0; i < graph_.node_size(); ++i) {
    if (dropped[static_cast<std::size_t>(i)]) continue;
    if (const auto why = flat_.refused.find(i); why != flat_.refused.end()) {
      flat.refused[kept.size()] = std::move(why->second);
    }
    flat.opsets.push_back(flat_.opsets[static_cast<std::size_t>(i)]);
    *kept.Add() = std::move(*graph_.mutable_node(i));
  }
  kept.Swap(graph_.mutable_node());
  flat_ = std::move(flat);
}

}  // namespace

bool is_own_domain(const std::string& domain) {
  return domain.empty() || domain == "ai.onnx";
}

FlatNodes flatten(onnx_pb::Model& model, int opset, TensorReader& tensors, Problems& problems) {
  return Flattener(model, tensors, problems).run(opset);
}

}  // namespace yy
