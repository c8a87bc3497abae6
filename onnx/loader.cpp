#include "onnx/loader.h"

#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <onnx/yy_onnx.pb.h>

#include "onnx/private/graph_reader.h"
#include "onnx/private/limits.h"
#include "onnx/private/tensor_proto.h"
#include "onnx/private/wire.h"
#include "ops/registry.h"
#include "runtime/error.h"
#include "runtime/printable.h"
#include "runtime/problems.h"

namespace yy {
namespace {

constexpr std::size_t longest_path = 4096;

struct FileBytes {
  std::unique_ptr<std::byte[]> data;
  std::size_t size = 0;

  std::span<const std::byte> bytes() const { return {data.get(), size}; }
};

FileBytes read_file(const std::filesystem::path& file) {
  const auto fail = [&](const std::string& what) -> void {
    throw Error(ErrorCode::model, fmt::format("{}: {}", printable(file.string(), longest_path), what));
  };
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) fail("there is no such file");
  if (!std::filesystem::is_regular_file(status)) fail("it is not a file");
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error) fail(error.message());
  if (size > onnx_limits::file_bytes)
    fail(fmt::format("it has {} bytes; at most 2 GiB - 1 can be read", size));
  FileBytes result{std::make_unique_for_overwrite<std::byte[]>(size), size};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) fail("it cannot be opened for reading");
  stream.read(reinterpret_cast<char*>(result.data.get()), static_cast<std::streamsize>(size));
  if (static_cast<std::uintmax_t>(stream.gcount()) != size) fail("it cannot be read to its end");
  return result;
}

template <class Message>
Message parse(std::span<const std::byte> bytes, const std::string& name,
              void (*check)(std::span<const std::byte>)) {
  try {
    check(bytes);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{} {}", name, error.what()));
  }
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    throw Error(ErrorCode::model, name + " is damaged: protobuf cannot read it");
  }
  return message;
}

OpsetImports read_imports(const onnx_pb::Model& model, Problems& problems) {
  OpsetImports imports;
  for (const onnx_pb::OperatorSet& import : model.opset_import()) {
    const std::string domain = import.domain() == "ai.onnx" ? "" : import.domain();
    const auto [found, is_new] = imports.try_emplace(domain, import.version());
    if (!is_new && found->second != import.version()) {
      problems.add(fmt::format("domain {} is imported in opset {} and in opset {}", in_quotes(domain),
                               found->second, import.version()));
    }
  }
  return imports;
}

// The version of ONNX's own operators, or 0 where it is not one that we read.
int read_opset(const OpsetImports& imports, Problems& problems) {
  const auto own = imports.find("");
  if (own == imports.end()) {
    problems.add("it imports no opset of ONNX's own operators (domain '' or 'ai.onnx')");
  } else if (own->second < oldest_opset || own->second > newest_opset) {
    problems.add(
        fmt::format("opset {} is not supported, expected {} to {}", own->second, oldest_opset, newest_opset));
  } else {
    return static_cast<int>(own->second);
  }
  return 0;
}

void check_header(const onnx_pb::Model& model, Problems& problems) {
  if (model.ir_version() < onnx_limits::oldest_ir_version ||
      model.ir_version() > onnx_limits::newest_ir_version) {
    problems.add(fmt::format("ir_version should be {} to {}, found {}", onnx_limits::oldest_ir_version,
                             onnx_limits::newest_ir_version, model.ir_version()));
  }
  if (model.functions_size() > 0) {
    problems.add(fmt::format("it defines {} functions, which are not supported", model.functions_size()));
  }
}

OnnxModel read_model(onnx_pb::Model model, const std::string& name) {
  if (!model.has_graph()) {
    throw Error(ErrorCode::model,
                name + (model.has_ir_version() ? ": the model has no graph"
                                               : " is not an ONNX model (it has no graph)"));
  }
  Problems problems;
  check_header(model, problems);
  const OpsetImports imports = read_imports(model, problems);
  OnnxModel result;
  result.ir_version = model.ir_version();
  result.opset = read_opset(imports, problems);
  result.producer = printable(model.producer_name());
  if (!model.producer_version().empty())
    result.producer += fmt::format(" {}", printable(model.producer_version()));
  result.graph = GraphReader(*model.mutable_graph(), result.opset, imports, problems).read();
  try {
    problems.throw_if_any();
  } catch (const Error& error) {
    throw error.within(name);
  }
  return result;
}

}  // namespace

OnnxModel load_onnx(const std::filesystem::path& file) {
  const std::string name = printable(file.string(), longest_path);
  onnx_pb::Model model;
  {
    const FileBytes content = read_file(file);  // gone before the weights are copied out
    model = parse<onnx_pb::Model>(content.bytes(), name, check_model_bytes);
  }
  return read_model(std::move(model), name);
}

OnnxModel parse_onnx(std::span<const std::byte> bytes, const std::string& name) {
  return read_model(parse<onnx_pb::Model>(bytes, printable(name, longest_path), check_model_bytes),
                    printable(name, longest_path));
}

Tensor load_tensor_pb(const std::filesystem::path& file) {
  const std::string name = printable(file.string(), longest_path);
  const FileBytes content = read_file(file);
  auto proto = parse<onnx_pb::Tensor>(content.bytes(), name, check_tensor_bytes);
  try {
    return take_tensor(proto);
  } catch (const Error& error) {
    throw error.within(name);
  }
}

}  // namespace yy
