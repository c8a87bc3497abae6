// A network that classifies pictures: ONNX file, model card, and the probe at its end.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "ops/probe.h"
#include "runtime/executor.h"
#include "yy/model_card.h"
#include "yy/network.h"

namespace yy {

// Inputs and outputs of the programs that a Classifier makes, by position.
namespace classifier_io {
inline constexpr std::size_t picture = 0;  // in:  float32 [N,3,S,S], channels last in memory
inline constexpr std::size_t row_ids = 1;  // in:  int32 [N], the caller's number of each row    (gated only)
inline constexpr std::size_t valid = 2;    // in:  int32 [1], how many rows hold a picture       (gated only)
inline constexpr std::size_t threshold =
    3;                                    // in:  float32 [1]                                   (gated only)
inline constexpr std::size_t scores = 0;  // out: float32 [N,classes]
inline constexpr std::size_t label = 1;   // out: int32 [N]
inline constexpr std::size_t confidence = 2;  // out: float32 [N]
inline constexpr std::size_t deferred =
    3;  // out: int32 [N], row_ids of the deferred rows, in order (gated only)
inline constexpr std::size_t count = 4;  // out: int32 [1], how many are deferred                (gated only)
}  // namespace classifier_io

// Thread-safe.
class Classifier {
 public:
  // Throws Error (model) where the network is not a classifier of S x S RGB pictures into the card's classes.
  Classifier(const std::filesystem::path& onnx_file, const CardOverrides& overrides,
             std::shared_ptr<const Backend> backend);

  const std::string& name() const { return name_; }  // the file's name without .onnx
  const ModelCard& card() const { return card_; }
  const Network& network() const { return network_; }

  // The output already is a distribution: the last operator that computes is a Softmax over the classes.
  bool gives_probabilities() const { return gives_probabilities_; }

  // For `batch` rows, whose confidence is what `gate` says; with `gated`, the rows below the threshold are
  // selected on the device. Made on first use.
  std::shared_ptr<const Program> program(std::int64_t batch, int threads, bool gated, Precision precision,
                                         Gate gate = Gate::max_probability) const;

 private:
  void check() const;
  void append_probe(Graph& graph, bool gated, Gate gate) const;
  void check_scores(const Program& program) const;

  std::string name_;
  ModelCard card_;
  Network network_;
  bool gives_probabilities_;
  mutable ProgramCache programs_;
};

}  // namespace yy
