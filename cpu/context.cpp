#include "cpu/private/context.h"

#include "runtime/error.h"

namespace yy::cpu {

void CpuStream::run(std::span<const Launch> launches) {
  const ThreadScope scope(threads_);
  for (const Launch& launch : launches) launch(*this);
}

dnnl::memory::data_type onednn_type(DType dtype) {
  return dtype == DType::bf16 ? dnnl::memory::data_type::bf16 : dnnl::memory::data_type::f32;
}

dnnl::memory::desc describe(const TensorDesc& desc) {
  const auto dims = desc.shape.dims();
  return {dnnl::memory::dims(dims.begin(), dims.end()), onednn_type(desc.dtype), desc.strides()};
}

dnnl::primitive_attr with_user_scratchpad() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

void append(dnnl::post_ops& ops, const Activation& activation) {
  using dnnl::algorithm;
  const auto add = [&](algorithm what, float alpha, float beta) {
    ops.append_eltwise(1.F, what, alpha, beta);
  };
  switch (activation.kind) {
    case Activation::Kind::relu:
      return add(algorithm::eltwise_relu, 0, 0);
    case Activation::Kind::leaky_relu:
      return add(algorithm::eltwise_relu, activation.alpha, 0);
    case Activation::Kind::clip:
      return add(algorithm::eltwise_clip, activation.low, activation.high);
    case Activation::Kind::sigmoid:
      return add(algorithm::eltwise_logistic, 0, 0);
    case Activation::Kind::hard_sigmoid:
      add(algorithm::eltwise_linear, activation.alpha, activation.beta);
      return add(algorithm::eltwise_clip, 0, 1);
    case Activation::Kind::tanh:
      return add(algorithm::eltwise_tanh, 0, 0);
    case Activation::Kind::swish:
      return add(algorithm::eltwise_swish, activation.alpha, 0);
    case Activation::Kind::hard_swish:
      return add(algorithm::eltwise_hardswish, 0, 0);
    case Activation::Kind::gelu:
      return add(algorithm::eltwise_gelu_erf, 0, 0);
    case Activation::Kind::gelu_tanh:
      return add(algorithm::eltwise_gelu_tanh, 0, 0);
    case Activation::Kind::sqrt:
      return add(algorithm::eltwise_sqrt, 0, 0);
    case Activation::Kind::erf:
      break;
  }
  throw Error(ErrorCode::failure, "oneDNN does not know the function " + activation.text());
}

Kernel primitive_kernel(const Context& context, const dnnl::primitive& primitive, std::string implementation,
                        std::vector<Argument> arguments, const dnnl::memory::desc& scratchpad,
                        std::function<void(const Binding&)> before) {
  Kernel kernel;
  kernel.implementation = std::move(implementation);
  kernel.workspace_bytes = scratchpad.get_size();
  arguments.push_back({Argument::From::workspace, 0, {}, DNNL_ARG_SCRATCHPAD, scratchpad});
  kernel.bind = [engine = context.engine, primitive, arguments = std::move(arguments),
                 before = std::move(before)](const Binding& binding) -> Launch {
    std::vector<dnnl::memory> memories;  // what `bound` points at
    std::vector<dnnl_exec_arg_t> bound;
    for (const Argument& argument : arguments) {
      void* data = nullptr;
      switch (argument.from) {
        case Argument::From::input:
          data = binding.inputs[argument.index].data;
          break;
        case Argument::From::output:
          data = binding.outputs[argument.index].data;
          break;
        case Argument::From::workspace:
          data = binding.workspace;
          break;
        case Argument::From::packed:
          data = argument.packed.data();
          break;
      }
      memories.emplace_back(argument.desc, engine, data);
      bound.push_back({argument.name, memories.back().get()});
    }
    // dnnl::primitive::execute would make a vector of its map of arguments in every run.
    return [primitive, memories, bound, before, binding](Stream& stream) {
      if (before) before(binding);
      dnnl::error::wrap_c_api(
          dnnl_primitive_execute(primitive.get(), static_cast<CpuStream&>(stream).onednn().get(),
                                 static_cast<int>(bound.size()), bound.data()),
          "could not execute a primitive");
    };
  };
  return kernel;
}

Buffer pack(const Context& context, WeightStore& weights, const Tensor& constant,
            const dnnl::memory::desc& plain, const dnnl::memory::desc& wanted, const FilterLayout& filters) {
  // Both descriptions are the form's name: programs that want the same order share the bytes, and one
  // constant that two operators read differently (transB) is packed for each.
  const auto bytes_of = [](const dnnl::memory::desc& desc) {
    return std::string(reinterpret_cast<const char*>(&desc.data), sizeof(desc.data));
  };
  const std::string form = bytes_of(plain) + bytes_of(wanted);
  return weights.get(constant, "onednn " + form, wanted.get_size(), [&](void* to) {
    Tensor rounded;
    if (wanted.data_type() == dnnl::memory::data_type::bf16) {
      rounded = Tensor(constant.desc(), constant.as<float>());
      round_filters_to_bfloat16(rounded.as_mutable<float>(), filters);
    }
    const Tensor& from = rounded.data() == nullptr ? constant : rounded;
    dnnl::memory source(plain, context.engine, const_cast<void*>(from.data()));
    dnnl::memory target(wanted, context.engine, to);
    dnnl::stream stream(context.engine);
    dnnl::reorder(source, target).execute(stream, source, target);
    stream.wait();
  });
}

}  // namespace yy::cpu
