// From an ONNX node to an Op: the one list of operators (op_list.inc), expanded.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ops/attributes.h"
#include "runtime/op.h"

namespace yy {

// One node as the loader found it.
struct NodeSource {
  std::string op_type;
  int opset = 0;                // version of the default ONNX domain
  std::size_t input_count = 0;  // including inputs that are left out
  std::size_t output_count = 0;
  Attributes attributes;
};

inline constexpr int oldest_opset = 7;   // numpy broadcasting came with 7
inline constexpr int newest_opset = 28;  // newest that the operators' forms were checked against

// Whether the number of a node's outputs is part of what it means (Split): those that nobody reads count,
// too.
bool output_count_matters(std::string_view op_type);

bool is_known_operator(std::string_view op_type);
std::vector<std::string_view> known_operators();  // sorted

// Throws Error naming the attribute, on a wrong type or value and on an attribute that nobody read.
std::shared_ptr<const Op> read_op(NodeSource source);

}  // namespace yy
