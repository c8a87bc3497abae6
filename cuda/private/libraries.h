// cuDNN and cuBLASLt, opened while the program runs: one table of function pointers, made once and handed on.
// A program that holds CUDA code starts without them and says what is missing; tests hand in tables of their
// own.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "cuda/private/cublaslt_api.h"
#include "cuda/private/cudnn_api.h"

namespace yy::cuda {

// A shared library that stays open as long as a copy of this lives.
struct OpenLibrary {
  std::string name;              // "cuDNN"
  std::shared_ptr<void> handle;  // null where it could not be opened
  std::string trouble;           // why: the loader's own words
};

struct Libraries {
  struct Cudnn {
    OpenLibrary library;
    std::size_t (*version)() = nullptr;  // 91900 is 9.19.0
    // The functions of the backend interface, by their names in cuDNN's documentation.
    cudnn::Status (*create)(cudnn::Handle*) = nullptr;                   // cudnnCreate
    cudnn::Status (*destroy)(cudnn::Handle) = nullptr;                   // cudnnDestroy
    cudnn::Status (*set_stream)(cudnn::Handle, cudaStream_t) = nullptr;  // cudnnSetStream
    void (*last_error)(char* text, std::size_t size) = nullptr;          // cudnnGetLastErrorString
    cudnn::Status (*create_descriptor)(cudnn::Kind, cudnn::RawDescriptor*) = nullptr;
    cudnn::Status (*destroy_descriptor)(cudnn::RawDescriptor) = nullptr;
    cudnn::Status (*finalize)(cudnn::RawDescriptor) = nullptr;
    cudnn::Status (*set_attribute)(cudnn::RawDescriptor, cudnn::Attribute, cudnn::Element, std::int64_t count,
                                   const void* elements) = nullptr;
    cudnn::Status (*get_attribute)(cudnn::RawDescriptor, cudnn::Attribute, cudnn::Element, std::int64_t room,
                                   std::int64_t* count, void* elements) = nullptr;
    cudnn::Status (*execute)(cudnn::Handle, cudnn::RawDescriptor plan, cudnn::RawDescriptor pack) = nullptr;
    // The device that plans are made for, as JSON in cuDNN's words; empty: the one that is there. Set where
    // no device is, since plans can be made for one that is only described.
    std::string described_device;
  } cudnn;
  struct CublasLt {
    OpenLibrary library;
    std::size_t (*version)() = nullptr;                       // 130100 is 13.1.0
    const char* (*status_text)(cublaslt::Status) = nullptr;   // cublasLtGetStatusString
    cublaslt::Status (*create)(cublaslt::Handle*) = nullptr;  // cublasLtCreate
    cublaslt::Status (*destroy)(cublaslt::Handle) = nullptr;  // cublasLtDestroy
    // cublasLtMatmulDesc...
    cublaslt::Status (*create_operation)(cublaslt::RawOperation*, cublaslt::ComputeType,
                                         cudaDataType scale) = nullptr;
    cublaslt::Status (*destroy_operation)(cublaslt::RawOperation) = nullptr;
    cublaslt::Status (*set_operation)(cublaslt::RawOperation, cublaslt::OperationAttribute, const void* value,
                                      std::size_t bytes) = nullptr;
    // cublasLtMatrixLayout...
    cublaslt::Status (*create_layout)(cublaslt::RawLayout*, cudaDataType, std::uint64_t rows,
                                      std::uint64_t columns, std::int64_t distance) = nullptr;
    cublaslt::Status (*destroy_layout)(cublaslt::RawLayout) = nullptr;
    // cublasLtMatmulPreference...
    cublaslt::Status (*create_preference)(cublaslt::RawPreference*) = nullptr;
    cublaslt::Status (*destroy_preference)(cublaslt::RawPreference) = nullptr;
    cublaslt::Status (*set_preference)(cublaslt::RawPreference, cublaslt::PreferenceAttribute,
                                       const void* value, std::size_t bytes) = nullptr;
    // cublasLtMatmulAlgoGetHeuristic, cublasLtMatmul
    cublaslt::Status (*propose)(cublaslt::Handle, cublaslt::RawOperation, cublaslt::RawLayout a,
                                cublaslt::RawLayout b, cublaslt::RawLayout c, cublaslt::RawLayout d,
                                cublaslt::RawPreference, int room, cublaslt::Proposal* proposals,
                                int* count) = nullptr;
    cublaslt::Status (*multiply)(cublaslt::Handle, cublaslt::RawOperation, const void* alpha, const void* a,
                                 cublaslt::RawLayout, const void* b, cublaslt::RawLayout, const void* beta,
                                 const void* c, cublaslt::RawLayout, void* d, cublaslt::RawLayout,
                                 const cublaslt::Algorithm*, void* workspace, std::size_t workspace_bytes,
                                 cudaStream_t) = nullptr;
  } cublaslt;
};

// Opens what is there, by these names: the loader's search path decides where from. Never throws for a
// library that is missing or that lacks a function: its `trouble` tells.
Libraries open_libraries(const std::string& cudnn = "libcudnn.so.9",
                         const std::string& cublaslt = "libcublasLt.so.13");

std::string version_text(const Libraries::Cudnn& cudnn);        // "9.19.0"; empty where it is missing
std::string version_text(const Libraries::CublasLt& cublaslt);  // "13.1.0"

}  // namespace yy::cuda
