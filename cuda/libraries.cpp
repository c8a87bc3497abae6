#include "cuda/private/libraries.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace yy::cuda {
namespace {

std::string loader_message() {
  const char* message = ::dlerror();
  return message == nullptr ? "unknown reason" : message;
}

// Never unloaded: NVIDIA's libraries leave memory of theirs behind when they are.
OpenLibrary open(std::string name, const std::string& file) {
  OpenLibrary library;
  library.name = std::move(name);
  if (void* handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) {
    library.handle = {handle, [](void* opened) { ::dlclose(opened); }};
  } else {
    library.trouble = loader_message();
  }
  return library;
}

// Looks `symbol` up; a library without it counts as missing.
template <class Function>
void find(OpenLibrary& library, const char* symbol, Function*& function) {
  if (!library.handle) return;
  function = reinterpret_cast<Function*>(::dlsym(library.handle.get(), symbol));
  if (function != nullptr) return;
  library.trouble = loader_message();
  library.handle.reset();
}

// The three parts of a version that a library packs into one number: 91900 is 9.19.0.
std::string three_parts(std::size_t version) {
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

Libraries::CublasLt open_cublaslt_library(const std::string& file) {
  Libraries::CublasLt api;
  api.library = open("cuBLASLt", file);
  find(api.library, "cublasLtGetVersion", api.version);
  find(api.library, "cublasLtGetStatusString", api.status_text);
  find(api.library, "cublasLtCreate", api.create);
  find(api.library, "cublasLtDestroy", api.destroy);
  find(api.library, "cublasLtMatmulDescCreate", api.create_operation);
  find(api.library, "cublasLtMatmulDescDestroy", api.destroy_operation);
  find(api.library, "cublasLtMatmulDescSetAttribute", api.set_operation);
  find(api.library, "cublasLtMatrixLayoutCreate", api.create_layout);
  find(api.library, "cublasLtMatrixLayoutDestroy", api.destroy_layout);
  find(api.library, "cublasLtMatmulPreferenceCreate", api.create_preference);
  find(api.library, "cublasLtMatmulPreferenceDestroy", api.destroy_preference);
  find(api.library, "cublasLtMatmulPreferenceSetAttribute", api.set_preference);
  find(api.library, "cublasLtMatmulAlgoGetHeuristic", api.propose);
  find(api.library, "cublasLtMatmul", api.multiply);
  return api;
}

}  // namespace

Libraries open_libraries(const std::string& cudnn, const std::string& cublaslt) {
  Libraries libraries;
  libraries.cudnn.library = open("cuDNN", cudnn);
  find(libraries.cudnn.library, "cudnnGetVersion", libraries.cudnn.version);
  find(libraries.cudnn.library, "cudnnCreate", libraries.cudnn.create);
  find(libraries.cudnn.library, "cudnnDestroy", libraries.cudnn.destroy);
  find(libraries.cudnn.library, "cudnnSetStream", libraries.cudnn.set_stream);
  find(libraries.cudnn.library, "cudnnGetLastErrorString", libraries.cudnn.last_error);
  find(libraries.cudnn.library, "cudnnBackendCreateDescriptor", libraries.cudnn.create_descriptor);
  find(libraries.cudnn.library, "cudnnBackendDestroyDescriptor", libraries.cudnn.destroy_descriptor);
  find(libraries.cudnn.library, "cudnnBackendFinalize", libraries.cudnn.finalize);
  find(libraries.cudnn.library, "cudnnBackendSetAttribute", libraries.cudnn.set_attribute);
  find(libraries.cudnn.library, "cudnnBackendGetAttribute", libraries.cudnn.get_attribute);
  find(libraries.cudnn.library, "cudnnBackendExecute", libraries.cudnn.execute);
  libraries.cublaslt = open_cublaslt_library(cublaslt);
  return libraries;
}

std::string version_text(const Libraries::Cudnn& cudnn) {
  return cudnn.library.handle ? three_parts(cudnn.version()) : "";
}

std::string version_text(const Libraries::CublasLt& cublaslt) {
  return cublaslt.library.handle ? three_parts(cublaslt.version()) : "";
}

}  // namespace yy::cuda
