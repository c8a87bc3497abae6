// Concat, Split and Slice along the channels, and channel shuffles, only move channels; so does any chain of
// them. Each chain becomes one ChannelMap.
//
// A chain must not need, through other nodes, what it makes itself. So every value has a level: how often,
// from the inputs to it, nodes that move channels follow on others. Nodes of one level that feed each other
// make a chain: what leaves it comes back only at a higher level.
#include <algorithm>
#include <map>
#include <numeric>

#include "ops/channel_map.h"
#include "ops/concat.h"
#include "ops/passes/passes.h"
#include "ops/passes/rewriter.h"
#include "ops/reshape.h"
#include "ops/slice.h"
#include "ops/split.h"
#include "ops/transpose.h"

namespace yy {
namespace {

constexpr std::int64_t most_channels = 1 << 14;  // of a value; wider ones are left alone
constexpr std::size_t most_sources = 1 << 20;    // of a chain

struct Source {
  ValueId value;
  std::int32_t channel;
};
using Channels = std::vector<Source>;

// A node, or the last of several, that moves channels of `from` to its outputs.
struct Move {
  std::vector<ValueId> from;
  std::vector<Channels> outputs;
  bool is_shuffle = false, is_concat = false;
  std::vector<int> before = {};  // of several nodes, those before the last that only serve it
};

bool is_picture(const Graph& graph, ValueId id) {
  if (id == no_value || graph.value(id).constant) return false;
  const Shape& shape = graph.value(id).desc.shape;
  return shape.rank() == 4 && shape[1] <= most_channels;
}

Channels all_of(ValueId id, std::int64_t from, std::int64_t step, std::int64_t count) {
  Channels result;
  for (std::int64_t i = 0; i < count; ++i) result.push_back({id, static_cast<std::int32_t>(from + i * step)});
  return result;
}

std::optional<Move> concat_at(const Graph& graph, const Node& node) {
  const auto* concat = dynamic_cast<const Concat*>(node.op.get());
  if (concat == nullptr || concat->axis(graph.value(node.outputs[0]).desc.shape) != 1) return std::nullopt;
  Move move{node.inputs, {{}}, false, true};
  for (ValueId id : node.inputs) {
    const Channels part = all_of(id, 0, 1, graph.value(id).desc.shape[1]);
    move.outputs[0].insert(move.outputs[0].end(), part.begin(), part.end());
  }
  return move;
}

std::optional<Move> part_at(const Graph& graph, const Node& node) {
  const ValueId x = node.inputs[0];
  const Shape& shape = graph.value(x).desc.shape;
  const std::vector<OpInput> inputs = graph.op_inputs(node);
  Move move{{x}, {}};
  if (const auto* split = dynamic_cast<const Split*>(node.op.get())) {
    if (split->axis(shape) != 1) return std::nullopt;
    std::int64_t at = 0;
    for (std::int64_t length : split->lengths(inputs)) {
      move.outputs.push_back(all_of(x, at, 1, length));
      at += length;
    }
    return move;
  }
  const auto* slice = dynamic_cast<const Slice*>(node.op.get());
  if (slice == nullptr) return std::nullopt;
  const auto ranges = slice->ranges(inputs);
  for (std::size_t axis : {0U, 2U, 3U}) {
    if (ranges[axis].step != 1 || ranges[axis].count != shape[axis]) return std::nullopt;
  }
  move.outputs = {all_of(x, ranges[1].start, ranges[1].step, ranges[1].count)};
  return move;
}

// Reshape [N,C,H,W] -> [N,g,C/g,...], Transpose of axes 1 and 2, Reshape back: channel k * g + j of the
// result is channel j * C/g + k.
std::optional<Move> shuffle_at(const Rewriter& graph, int n) {
  const auto is_reshape = [&](int at) {
    const auto* reshape = graph.as<Reshape>(at);
    return reshape != nullptr && reshape->kind() == Reshape::Kind::reshape;
  };
  if (!is_reshape(n)) return std::nullopt;
  const int middle = graph.producer(graph.node(n).inputs[0]);
  const auto* transpose = graph.as<Transpose>(middle);
  const int first = transpose == nullptr ? -1 : graph.producer(graph.node(middle).inputs[0]);
  if (!is_reshape(first)) return std::nullopt;
  const ValueId x = graph.node(first).inputs[0];
  const Shape& shape = graph.value(x).desc.shape;
  const Shape& cut = graph.value(graph.node(first).outputs[0]).desc.shape;
  if (!is_picture(graph.graph(), x) || graph.value(graph.node(n).outputs[0]).desc.shape != shape)
    return std::nullopt;
  if (cut.rank() < 4 || cut[0] != shape[0] || cut[1] * cut[2] != shape[1]) return std::nullopt;
  std::vector<std::size_t> swapped(cut.rank());
  std::iota(swapped.begin(), swapped.end(), 0);
  std::swap(swapped[1], swapped[2]);
  if (transpose->perm(cut.rank()) != swapped) return std::nullopt;
  Move move{{x}, {{}}, true};
  const bool serve =
      graph.uses(graph.node(first).outputs[0]) == 1 && graph.uses(graph.node(middle).outputs[0]) == 1;
  if (serve) move.before = {first, middle};
  for (std::int64_t k = 0; k < cut[2]; ++k) {
    for (std::int64_t j = 0; j < cut[1]; ++j) {
      move.outputs[0].push_back({x, static_cast<std::int32_t>(j * cut[2] + k)});
    }
  }
  return move;
}

std::optional<Move> move_at(const Rewriter& graph, int n) {
  const Node& node = graph.node(n);
  const auto picture = [&](ValueId id) { return id == no_value || is_picture(graph.graph(), id); };
  if (auto shuffle = shuffle_at(graph, n)) return shuffle;
  if (node.inputs.empty() || !is_picture(graph.graph(), node.inputs[0])) return std::nullopt;
  if (!std::all_of(node.outputs.begin(), node.outputs.end(), picture)) return std::nullopt;
  if (auto part = part_at(graph.graph(), node)) return part;
  const bool pictures = std::all_of(node.inputs.begin(), node.inputs.end(), picture);
  return pictures ? concat_at(graph.graph(), node) : std::nullopt;
}

class ChannelPass {
 public:
  explicit ChannelPass(Graph& graph) : graph_(graph), levels_(graph.values.size(), 0) {}

  void run() {
    find_moves();
    std::map<int, std::vector<int>> chains;
    for (const auto& [n, move] : moves_) chains[root(n)].push_back(n);
    for (const auto& [ignored, nodes] : chains) replace(nodes);
    graph_.finish();
    if (changed_) sort();
  }

 private:
  static std::size_t at(int id) { return static_cast<std::size_t>(id); }

  // Sets levels and joins the nodes of each chain; also Splits and Slices of the same value.
  void find_moves() {
    chain_.resize(at(graph_.size()));
    std::iota(chain_.begin(), chain_.end(), 0);
    std::map<ValueId, int> parts;  // per value: the first node that takes a part of it
    for (int n = 0; n < graph_.size(); ++n) {
      auto move = move_at(graph_, n);
      int level = 0;
      for (ValueId id : move ? move->from : graph_.node(n).inputs) {
        if (id == no_value) continue;
        const bool enters = move && !moves_.contains(graph_.producer(id));
        level = std::max(level, levels_[at(id)] + (enters ? 1 : 0));
      }
      for (ValueId id : graph_.node(n).outputs) {
        if (id != no_value) levels_[at(id)] = level;
      }
      if (!move) continue;
      for (ValueId id : move->from) {
        const int producer = graph_.producer(id);
        if (moves_.contains(producer) && levels_[at(id)] == level) join(producer, n);
      }
      if (!move->is_concat) join(parts.try_emplace(move->from[0], n).first->second, n);
      moves_.emplace(n, std::move(*move));
    }
  }

  int root(int n) {
    while (chain_[at(n)] != n) n = chain_[at(n)] = chain_[at(chain_[at(n)])];
    return n;
  }
  void join(int a, int b) { chain_[at(root(b))] = root(a); }

  bool is_worth_it(const std::vector<int>& nodes) const {
    return nodes.size() > 1 || moves_.at(nodes[0]).is_shuffle;
  }

  // The channels of each value that the chain makes, in terms of what enters it. None where it grows too
  // large.
  std::optional<std::map<ValueId, Channels>> trace(const std::vector<int>& nodes) const {
    std::map<ValueId, Channels> made;
    std::size_t sources = 0;
    for (int n : nodes) {
      const Move& move = moves_.at(n);
      for (std::size_t k = 0; k < move.outputs.size(); ++k) {
        Channels channels = move.outputs[k];
        sources += channels.size();
        if (sources > most_sources) return std::nullopt;
        for (Source& source : channels) {
          const auto inner = made.find(source.value);
          if (inner != made.end()) source = inner->second[at(source.channel)];
        }
        const ValueId id = graph_.node(n).outputs[k];
        if (id != no_value) made.emplace(id, std::move(channels));
      }
    }
    return made;
  }

  // The values of a chain that others read, in the order in which it makes them.
  std::vector<ValueId> outputs_of(const std::vector<int>& nodes,
                                  const std::map<ValueId, Channels>& made) const {
    std::map<ValueId, int> own_uses;
    const auto count = [&](int n) {
      for (ValueId id : graph_.node(n).inputs) ++own_uses[id];
    };
    for (int n : nodes) {
      count(n);
      std::ranges::for_each(moves_.at(n).before, count);
    }
    std::vector<ValueId> result;
    for (int n : nodes) {
      for (ValueId id : graph_.node(n).outputs) {
        const auto own = own_uses.find(id);
        if (made.contains(id) && graph_.uses(id) > (own == own_uses.end() ? 0 : own->second))
          result.push_back(id);
      }
    }
    return result;
  }

  void replace(const std::vector<int>& nodes) {
    if (!is_worth_it(nodes)) return;
    const auto made = trace(nodes);
    if (!made) return;
    Node map{graph_.node(nodes.back()).name, nullptr, {}, outputs_of(nodes, *made)};
    std::map<ValueId, std::int32_t> inputs;
    std::vector<ChannelMap::Output> outputs;
    for (ValueId id : map.outputs) {
      ChannelMap::Output& output = outputs.emplace_back();
      for (const Source& source : made->at(id)) {
        const auto [entry, is_new] =
            inputs.try_emplace(source.value, static_cast<std::int32_t>(inputs.size()));
        if (is_new) map.inputs.push_back(source.value);
        output.push_back({entry->second, source.channel});
      }
    }
    map.op = std::make_shared<ChannelMap>(std::move(outputs));
    graph_.replace(nodes.back(), std::move(map));
    changed_ = true;
  }

  // A chain's node stands where its last one stood, but some of its readers may stand before that: they move
  // behind it. Each node follows those that it reads, as late as the others allow.
  void sort() {
    std::vector<Node>& nodes = graph_.graph().nodes;
    const std::vector<int> producers = graph_.graph().producers();
    std::vector<bool> is_entered(nodes.size(), false), is_done(nodes.size(), false);
    std::vector<Node> sorted;
    for (std::size_t start = 0; start < nodes.size(); ++start) {
      std::vector<std::size_t> stack{start};
      while (!stack.empty()) {
        const std::size_t n = stack.back();
        if (is_entered[n]) {
          stack.pop_back();
          if (!is_done[n]) sorted.push_back(nodes[n]);
          is_done[n] = true;
          continue;
        }
        is_entered[n] = true;
        for (ValueId id : nodes[n].inputs) {
          const int producer = id == no_value ? -1 : producers[at(id)];
          if (producer >= 0 && !is_entered[at(producer)]) stack.push_back(at(producer));
        }
      }
    }
    nodes = std::move(sorted);
  }

  Rewriter graph_;
  std::vector<int> levels_;  // per value
  std::map<int, Move> moves_;
  std::vector<int> chain_;  // per node: another of its chain, or itself
  bool changed_ = false;
};

}  // namespace

void map_channels(Graph& graph) {
  ChannelPass(graph).run();
}

}  // namespace yy
