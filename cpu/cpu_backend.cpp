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

struct Row {
  std::string_view name;
  KernelOrRefusal (*make)(const KernelRequest&, const Context&);
};

// A promised factory that nobody wrote is a link error; an operator not promised is refused by name.
constexpr Row rows[] = {
#define YY_OP(name, family, promised)                                                   \
  {#name, [](const KernelRequest& request, const Context& context) -> KernelOrRefusal { \
     using namespace devices;                                                           \
     if constexpr (((promised)&CPU) != 0) return make_##family(request, context);       \
     return Refusal{#name                                                               \
                    " can only be computed while the network is compiled, and here "    \
                    "its inputs are not known then"};                                   \
   }},
#define YY_OWN_OP YY_OP
#include "ops/op_list.inc"
#undef YY_OP
#undef YY_OWN_OP
};

class CpuBackend : public Backend {
 public:
  CpuBackend() : context_{dnnl::engine(dnnl::engine::kind::cpu, 0)} {}

  std::string_view name() const override { return "cpu"; }

  KernelOrRefusal make_kernel(const KernelRequest& request) const override {
    const auto* row = std::find_if(std::begin(rows), std::end(rows),
                                   [&](const Row& r) { return r.name == request.op.name(); });
    if (row == std::end(rows)) {
      return Refusal{fmt::format("operator '{}' is not known to this device", request.op.name())};
    }
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
