// What a network may ask for: memory for its values, before it is taken.
#include "yy/network.h"

#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <string>

#include "cpu/cpu_backend.h"
#include "runtime/error.h"

namespace yy {
namespace {

const std::filesystem::path model = std::filesystem::path(YY_TEST_MODELS_DIR) / "digits-yin.onnx";

std::string refusal(const Network& network, const NetworkOptions& options) {
  try {
    network.compile(options);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::model);
    return error.what();
  }
  ADD_FAILURE() << "not refused";
  return {};
}

void expect_part(const std::string& message, const std::string& part) {
  EXPECT_NE(message.find(part), std::string::npos) << part << " in: " << message;
}

class NetworkMemory : public testing::Test {
 protected:
  Network network_{model, make_cpu_backend()};
};

TEST_F(NetworkMemory, OfOneValueHasALimit) {
  NetworkOptions options;
  options.batch = 1 << 30;
  expect_part(refusal(network_, options), model.string() + ": input 'input' float32 [1073741824,");
  expect_part(refusal(network_, options), "the values of one batch may take at most 16384 MiB");
}

TEST_F(NetworkMemory, OfAComputedValueNamesItsNode) {
  NetworkOptions options;
  const auto program = network_.compile(options);
  const Graph& graph = program->graph();
  options.most_activation_bytes = graph.value(graph.inputs[0]).desc.bytes();
  const std::string message = refusal(network_, options);
  expect_part(message, "(Conv): its output float32 [1,");
}

TEST_F(NetworkMemory, OfAllValuesTogetherHasALimit) {
  NetworkOptions options;
  const auto program = network_.compile(options);
  options.most_activation_bytes = program->memory().arena_bytes;
  EXPECT_EQ(network_.compile(options)->memory().arena_bytes, options.most_activation_bytes);
  options.most_activation_bytes -= 1;
  expect_part(refusal(network_, options), "its values together take");
}

}  // namespace
}  // namespace yy
