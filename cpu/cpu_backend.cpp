#include "cpu/cpu_backend.h"

#include <algorithm>
#include <fmt/format.h>

#include "cpu/private/context.h"
#include "ops/devices.h"
#include "runtime/error.h"

namespace yy {
namespace cpu {

#define YY_DEVICE devices::CPU
#include "ops/kernel_table.inc"
#undef YY_DEVICE

namespace {

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
    if (precision == Precision::f16 || precision == Precision::tf32) return Support::none;
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
    const KernelRow* row = find_kernel_row(request.op.name());
    if (row == nullptr) {
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
