#include "cpu/cpu_backend.h"

#include <algorithm>
#include <fmt/format.h>

#include "cpu/private/context.h"
#include "ops/devices.h"
#include "runtime/error.h"

namespace yy {
namespace cpu {

// Every family's kernel factory, declared from the list of operators.
#define YY_OP(name, family, devices) KernelOrRefusal make_##family(const KernelRequest&, const Context&);
#define YY_OWN_OP YY_OP
#include "ops/op_list.inc"
#undef YY_OP
#undef YY_OWN_OP

namespace {

using devices::CPU;
using devices::CUDA;
using devices::FOLDED;

struct Row {
  std::string_view name;
  bool promised;
  KernelOrRefusal (*make)(const KernelRequest&, const Context&);
};

// A promised factory that nobody wrote is a link error; that of an operator not promised is never named.
constexpr Row rows[] = {
#define YY_OP(name, family, devices)                                             \
  {#name, ((devices)&CPU) != 0,                                                  \
   [](const KernelRequest& request, const Context& context) -> KernelOrRefusal { \
     if constexpr (((devices)&CPU) != 0) return make_##family(request, context); \
     return Refusal{};                                                           \
   }},
#define YY_OWN_OP YY_OP
#include "ops/op_list.inc"
#undef YY_OP
#undef YY_OWN_OP
};

Kernel nothing_to_do() {
  Kernel kernel;
  kernel.implementation = "nothing";
  kernel.bind = [](const Binding&) -> Launch { return [](Stream&) {}; };
  return kernel;
}

class CpuBackend : public Backend {
 public:
  CpuBackend() : context_{dnnl::engine(dnnl::engine::kind::cpu, 0)} {}

  std::string_view name() const override { return "cpu"; }

  Support support(Precision precision) const override {
    if (precision == Precision::f32) return Support::native;
    if (precision == Precision::f16) return Support::none;
    switch (dnnl::get_effective_cpu_isa()) {
      case dnnl::cpu_isa::avx512_core_bf16:
      case dnnl::cpu_isa::avx512_core_amx:
        return Support::native;
      case dnnl::cpu_isa::avx512_core:
      case dnnl::cpu_isa::avx512_core_vnni:
        return Support::emulated;
      default:
        return Support::none;
    }
  }

  KernelOrRefusal make_kernel(const KernelRequest& request) const override {
    const auto* row = std::find_if(std::begin(rows), std::end(rows),
                                   [&](const Row& r) { return r.name == request.op.name(); });
    if (row == std::end(rows)) {
      return Refusal{fmt::format("operator '{}' is not known to this device", request.op.name())};
    }
    if (!row->promised) {
      return Refusal{
          fmt::format("{} is only computed while the network is compiled, and here its inputs are not "
                      "known then",
                      row->name)};
    }
    const bool no_elements = std::all_of(request.outputs.begin(), request.outputs.end(),
                                         [](const TensorDesc& out) { return out.bytes() == 0; });
    if (no_elements) return nothing_to_do();
    try {
      const ThreadScope scope(request.threads);
      return row->make(request, context_);
    } catch (const dnnl::error& error) {
      return Refusal{fmt::format("oneDNN: {}", error.what())};
    }
  }

  Buffer allocate(std::size_t bytes) const override { return allocate_host(bytes); }

  std::unique_ptr<Stream> new_stream(int threads) const override {
    return std::make_unique<CpuStream>(context_.engine, threads);
  }

 private:
  Context context_;
};

}  // namespace
}  // namespace cpu

std::unique_ptr<Backend> make_cpu_backend() {
  return std::make_unique<cpu::CpuBackend>();
}

}  // namespace yy
