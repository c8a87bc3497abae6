// For passes that insert nodes which change a value's element type or memory layout: each conversion once,
// however many nodes read its result.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "runtime/graph.h"

namespace yy {

class Conversions {
 public:
  explicit Conversions(Graph& graph) : graph_(graph) {}

  // `id` with the type and layout of `wanted`: itself where it has them, else the output of a node with `op`,
  // which is added behind the graph's nodes the first time and named after the value, with `suffix`.
  ValueId convert(ValueId id, const TensorDesc& wanted, const std::string& suffix,
                  std::shared_ptr<const Op> op) {
    if (graph_.value(id).desc == wanted) return id;
    const auto [entry, is_new] = converted_.try_emplace({id, wanted.dtype, wanted.layout}, no_value);
    if (is_new) {
      const std::string name = graph_.value(id).name;
      const ValueId copy = graph_.add_value(name);
      graph_.value(copy).desc = wanted;
      graph_.value(copy).typed = true;
      graph_.nodes.push_back({name + suffix, std::move(op), {id}, {copy}});
      entry->second = copy;
    }
    return entry->second;
  }

 private:
  Graph& graph_;
  std::map<std::tuple<ValueId, DType, Layout>, ValueId> converted_;
};

}  // namespace yy
