#include "onnx/loader.h"

#include <fmt/format.h>
#include <memory>
#include <onnx/yy_onnx.pb.h>
#include <optional>
#include <utility>
#include <vector>

#include "onnx/private/byte_source.h"
#include "onnx/private/flatten.h"
#include "onnx/private/graph_reader.h"
#include "onnx/private/limits.h"
#include "onnx/private/tensor_reader.h"
#include "onnx/private/wire.h"
#include "ops/registry.h"
#include "runtime/error.h"
#include "runtime/printable.h"
#include "runtime/problems.h"

namespace yy {
namespace {

constexpr std::size_t longest_path = 4096;

std::string name_of_file(const std::filesystem::path& file) {
  return printable(file.string(), longest_path);
}

// Runs `read` with the file's name in front of what it throws.
template <class Read>
auto naming(const std::string& name, const Read& read) {
  try {
    return read();
  } catch (const Error& error) {
    throw error.within(name);
  }
}

// A message, and where the raw data of its tensors lies.
template <class Message>
struct Parsed {
  Message message;
  std::vector<Extent> raw_data;
};

template <class Message>
Parsed<Message> parse(const ByteSource& source, const std::string& name,
                      Skeleton (*read_skeleton)(const ByteSource&)) {
  Skeleton skeleton;
  try {
    skeleton = read_skeleton(source);
  } catch (const Error& error) {
    throw Error(error.code(), fmt::format("{} {}", name, error.what()));
  }
  Parsed<Message> parsed;
  const int size = static_cast<int>(skeleton.message.size());
  if (!parsed.message.ParseFromArray(skeleton.message.data(), size)) {
    throw Error(ErrorCode::model, name + " is damaged: protobuf cannot read it");
  }
  parsed.raw_data = std::move(skeleton.raw_data);
  return parsed;
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
}

// `folder` is where files that the model names are looked for.
OnnxModel read_model(const ByteSource& source, const std::string& name,
                     std::optional<std::filesystem::path> folder) {
  auto [model, raw_data] = parse<onnx_pb::Model>(source, name, read_model_skeleton);
  if (!model.has_graph()) {
    throw Error(ErrorCode::model,
                name + (model.has_ir_version() ? ": the model has no graph"
                                               : " is not an ONNX model (it has no graph)"));
  }
  return naming(name, [&, &model = model, &raw_data = raw_data] {
    Problems problems;
    check_header(model, problems);
    const OpsetImports imports = read_imports(model, problems);
    OnnxModel result;
    result.ir_version = model.ir_version();
    result.opset = read_opset(imports, problems);
    result.producer = printable(model.producer_name());
    if (!model.producer_version().empty())
      result.producer += fmt::format(" {}", printable(model.producer_version()));
    TensorReader tensors(source, std::move(raw_data), std::move(folder));
    const FlatNodes flat = flatten(model, result.opset, tensors, problems);
    result.graph = GraphReader(*model.mutable_graph(), flat, imports, tensors, problems).read();
    problems.throw_if_any();
    return result;
  });
}

}  // namespace

OnnxModel load_onnx(const std::filesystem::path& file) {
  const std::string name = name_of_file(file);
  return read_model(*naming(name, [&] { return std::make_unique<FileBytes>(file); }), name,
                    file.parent_path());
}

OnnxModel parse_onnx(std::span<const std::byte> bytes, const std::string& name) {
  return read_model(MemoryBytes(bytes), printable(name, longest_path), std::nullopt);
}

Tensor load_tensor_pb(const std::filesystem::path& file) {
  const std::string name = name_of_file(file);
  const auto source = naming(name, [&] { return std::make_unique<FileBytes>(file); });
  auto [proto, raw_data] = parse<onnx_pb::Tensor>(*source, name, read_tensor_skeleton);
  return naming(name, [&, &proto = proto, &raw_data = raw_data] {
    return TensorReader(*source, std::move(raw_data), file.parent_path()).take(proto);
  });
}

}  // namespace yy
