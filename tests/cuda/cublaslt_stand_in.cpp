#include "tests/cuda/cublaslt_stand_in.h"

#include <algorithm>
#include <array>
#include <dlfcn.h>
#include <iostream>
#include <mutex>
#include <set>
#include <stdexcept>
#include <vector>

#include "tests/cuda/naive_product.h"

namespace yy::test {
namespace {

using namespace cuda::cublaslt;

constexpr Status not_initialized = 1, invalid_value = 7, not_supported = 15;

// What is wrong with a call, and the status that the library would answer with.
struct Complaint : std::runtime_error {
  Complaint(Status answer, const char* what) : std::runtime_error(what), status(answer) {}
  Status status;
};

void need(bool right, Status status, const char* complaint) {
  if (!right) throw Complaint(status, complaint);
}

struct Matrix {
  std::int32_t type = 0, order = 0, batches = 0;
  std::uint64_t rows = 0, columns = 0;
  std::int64_t distance = 0;

  bool operator==(const Matrix&) const = default;
  bool same_size_and_type(const Matrix& other) const {
    return type == other.type && rows == other.rows && columns == other.columns;
  }
};

// A product as its descriptors tell it.
struct Told {
  std::int32_t compute = 0, scale = 0, pointers = 0, transpose_a = 0, transpose_b = 0, epilogue = 0,
               bias_type = 0;
  Matrix a, b, c, d;

  bool operator==(const Told&) const = default;
  bool has_bias() const { return (epilogue & static_cast<int>(Epilogue::bias)) != 0; }
};

struct Proposed {
  Told told;
  AskedProduct asked;
  std::size_t workspace_bytes = 0;
  bool operator==(const Proposed&) const = default;
};

// The library's functions that read descriptors; our program has no need of them.
template <class Attribute>
using Read = Status (*)(void* descriptor, Attribute, void* value, std::size_t bytes, std::size_t* written);

struct Recorder {
  Read<OperationAttribute> read_operation = nullptr;
  Read<LayoutAttribute> read_layout = nullptr;
  Read<PreferenceAttribute> read_preference = nullptr;
  std::mutex mutex;
  std::set<Handle> handles;
  std::vector<Proposed> proposed;  // an algorithm's first word is its place in here
  AskedProduct last;
  std::int64_t executions = 0;
};

Recorder& recorder() {
  static Recorder one;
  return one;
}

template <class T, class Attribute>
T read(Read<Attribute> function, void* descriptor, Attribute name) {
  T value{};
  std::size_t written = 0;
  need(descriptor != nullptr, invalid_value, "a descriptor is null");
  need(function(descriptor, name, &value, sizeof(T), &written) == success && written == sizeof(T),
       invalid_value, "a descriptor cannot be read");
  return value;
}

Matrix read_matrix(RawLayout layout) {
  const auto number = [&]<class T>(T& to, LayoutAttribute name) {
    to = read<T>(recorder().read_layout, layout, name);
  };
  Matrix matrix;
  number(matrix.type, LayoutAttribute::type);
  number(matrix.order, LayoutAttribute::order);
  number(matrix.batches, LayoutAttribute::batches);
  number(matrix.rows, LayoutAttribute::rows);
  number(matrix.columns, LayoutAttribute::columns);
  number(matrix.distance, LayoutAttribute::distance);
  return matrix;
}

const void* read_bias(RawOperation operation) {
  return read<const void*>(recorder().read_operation, operation, OperationAttribute::bias_pointer);
}

Told read_told(RawOperation operation, RawLayout a, RawLayout b, RawLayout c, RawLayout d) {
  const auto number = [&](OperationAttribute name) {
    return read<std::int32_t>(recorder().read_operation, operation, name);
  };
  return {number(OperationAttribute::compute_type),
          number(OperationAttribute::scale_type),
          number(OperationAttribute::pointer_mode),
          number(OperationAttribute::transpose_a),
          number(OperationAttribute::transpose_b),
          number(OperationAttribute::epilogue),
          number(OperationAttribute::bias_type),
          read_matrix(a),
          read_matrix(b),
          read_matrix(c),
          read_matrix(d)};
}

// The largest power of two up to 256 that divides the address.
std::uint32_t alignment_of(const void* pointer) {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer) | 256;
  return static_cast<std::uint32_t>(address & (~address + 1));
}

void check_product(const Told& told, const void* bias) {
  for (const Matrix* matrix : {&told.a, &told.b, &told.c, &told.d}) {
    need(matrix->rows > 0 && matrix->columns > 0, invalid_value, "a matrix is empty");
    need(matrix->order == 0 && matrix->batches == 1, not_supported, "only columns, no batches");
    need(matrix->distance >= static_cast<std::int64_t>(matrix->rows), invalid_value, "columns overlap");
  }
  need(told.transpose_a == transposed && told.transpose_b == 0, not_supported, "only a^T b");
  need(told.a.rows == told.b.rows && told.a.columns == told.d.rows && told.b.columns == told.d.columns,
       invalid_value, "the matrices do not fit");
  need(told.c.same_size_and_type(told.d), invalid_value, "c is another matrix than d");
  const bool rounds = told.compute == static_cast<int>(ComputeType::tf32);
  need(rounds || told.compute == static_cast<int>(ComputeType::float32), not_supported, "sums are float32");
  need(told.scale == CUDA_R_32F && told.pointers == host_pointers, not_supported, "factors are float32");
  const bool is_float32 = told.a.type == CUDA_R_32F;
  const bool is_narrow = told.a.type == CUDA_R_16F || told.a.type == CUDA_R_16BF;
  need(told.a.type == told.b.type && (is_float32 || is_narrow), not_supported, "unknown inputs");
  need(told.d.type == told.a.type || told.d.type == CUDA_R_32F, not_supported, "unknown output");
  need(is_float32 || !rounds, not_supported, "only float32 is rounded to TF32");
  constexpr std::array<std::int32_t, 4> epilogues{1, 2, 4, 6};
  need(std::ranges::find(epilogues, told.epilogue) != epilogues.end(), not_supported, "unknown epilogue");
  need(told.has_bias() == (bias != nullptr), invalid_value, "a bias needs an epilogue that adds it");
  need(told.bias_type == -1, not_supported, "the bias has the output's type");
}

AskedProduct read_asked(const Told& told, const void* bias, RawPreference preference) {
  const auto read_32 = [&](PreferenceAttribute name) {
    return read<std::uint32_t>(recorder().read_preference, preference, name);
  };
  AskedProduct asked;
  asked.compute_type = static_cast<ComputeType>(told.compute);
  asked.epilogue = static_cast<Epilogue>(told.epilogue);
  asked.c_distance = told.c.distance;
  asked.d_distance = told.d.distance;
  std::ranges::transform(std::array{PreferenceAttribute::alignment_a, PreferenceAttribute::alignment_b,
                                    PreferenceAttribute::alignment_c, PreferenceAttribute::alignment_d},
                         asked.alignment, read_32);
  asked.bias_alignment = alignment_of(bias);
  asked.reductions = read_32(PreferenceAttribute::reductions);
  asked.numerics = read<std::uint64_t>(recorder().read_preference, preference, PreferenceAttribute::numerics);
  asked.workspace_bytes =
      read<std::uint64_t>(recorder().read_preference, preference, PreferenceAttribute::workspace_bytes);
  return asked;
}

template <class Call>
Status answer(Call&& call) {
  const std::lock_guard lock(recorder().mutex);
  try {
    call();
    return success;
  } catch (const Complaint& complaint) {
    std::cerr << "cuBLASLt's stand-in: " << complaint.what() << '\n';
    return complaint.status;
  }
}

Status create(Handle* made) {
  return answer([&] { recorder().handles.insert(*made = new char); });
}

Status destroy(Handle handle) {
  return answer([&] {
    need(recorder().handles.erase(handle) == 1, not_initialized, "not a handle");
    delete static_cast<char*>(handle);
  });
}

Status propose(Handle handle, RawOperation operation, RawLayout a, RawLayout b, RawLayout c, RawLayout d,
               RawPreference preference, int room, Proposal* proposals, int* count) {
  return answer([&] {
    need(recorder().handles.contains(handle), not_initialized, "not a handle");
    need(room > 0 && proposals != nullptr && count != nullptr, invalid_value, "no room for proposals");
    const Told told = read_told(operation, a, b, c, d);
    const void* bias = read_bias(operation);
    check_product(told, bias);
    const AskedProduct asked = recorder().last = read_asked(told, bias, preference);
    *count = 0;
    for (std::size_t workspace : {std::size_t{4096}, std::size_t{0}, std::size_t{1} << 20}) {
      if (*count == room || workspace > asked.workspace_bytes) continue;
      Proposal& proposal = proposals[(*count)++];
      proposal = {};
      // The same again for the same product.
      auto& all = recorder().proposed;
      const Proposed proposed{told, asked, workspace};
      const auto known = std::ranges::find(all, proposed);
      proposal.algorithm.data[0] = static_cast<std::uint64_t>(known - all.begin());
      proposal.algorithm.data[7] = ~proposal.algorithm.data[0];
      proposal.workspace_bytes = workspace;
      if (known == all.end()) all.push_back(proposed);
    }
  });
}

DType type_of(std::int32_t type) {
  return type == CUDA_R_16F ? DType::f16 : type == CUDA_R_16BF ? DType::bf16 : DType::f32;
}

NaiveMatrix place(const Matrix& matrix, const void* data, std::uint32_t alignment) {
  need(data != nullptr && alignment_of(data) >= alignment, invalid_value,
       "a pointer is null or not aligned as promised");
  return {const_cast<void*>(data), static_cast<std::int64_t>(matrix.rows),
          static_cast<std::int64_t>(matrix.columns), matrix.distance, type_of(matrix.type)};
}

Status multiply(Handle handle, RawOperation operation, const void* alpha, const void* a, RawLayout layout_a,
                const void* b, RawLayout layout_b, const void* beta, const void* c, RawLayout layout_c,
                void* d, RawLayout layout_d, const Algorithm* algorithm, void* workspace,
                std::size_t workspace_bytes, cudaStream_t stream) {
  return answer([&] {
    need(recorder().handles.contains(handle), not_initialized, "not a handle");
    need(algorithm != nullptr && algorithm->data[0] < recorder().proposed.size() &&
             algorithm->data[7] == ~algorithm->data[0],
         invalid_value, "not an algorithm");
    const Proposed& proposed = recorder().proposed[algorithm->data[0]];
    const Told told = read_told(operation, layout_a, layout_b, layout_c, layout_d);
    need(told == proposed.told, invalid_value, "the algorithm was proposed for another product");
    const auto& [alignment_a, alignment_b, alignment_c, alignment_d] = proposed.asked.alignment;
    NaiveProduct product{place(told.a, a, alignment_a), place(told.b, b, alignment_b),
                         place(told.c, c, alignment_c), place(told.d, d, alignment_d)};
    need(c != d || told.c == told.d, invalid_value, "c is d, but lies differently");
    product.bias = read_bias(operation);
    need(told.has_bias() == (product.bias != nullptr), invalid_value, "a bias is missing");
    need(!told.has_bias() || alignment_of(product.bias) >= proposed.asked.bias_alignment, invalid_value,
         "the bias is not aligned as promised");
    need(alpha != nullptr && beta != nullptr, invalid_value, "a factor is missing");
    product.alpha = *static_cast<const float*>(alpha);
    product.beta = *static_cast<const float*>(beta);
    product.relu = (told.epilogue & static_cast<int>(Epilogue::relu)) != 0;
    need(workspace_bytes >= proposed.workspace_bytes, invalid_value, "the workspace is too small");
    need(workspace_bytes == 0 || (workspace != nullptr && alignment_of(workspace) == 256), invalid_value,
         "the workspace is null or not aligned");
    need(stream != nullptr, invalid_value, "there is no stream");
    // Whatever else lies there is gone.
    if (workspace_bytes > 0) cudaMemsetAsync(workspace, 0xff, workspace_bytes, stream);
    launch_naive_product(product, stream);
    ++recorder().executions;
  });
}

}  // namespace

bool add_cublaslt_stand_in(cuda::Libraries& libraries) {
  cuda::Libraries::CublasLt& api = libraries.cublaslt;
  if (!api.library.handle) return false;
  const auto find = [&](auto& function, const char* symbol) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(::dlsym(api.library.handle.get(), symbol));
    if (function == nullptr) throw std::runtime_error(std::string(symbol) + " is missing");
  };
  const std::lock_guard lock(recorder().mutex);
  find(recorder().read_operation, "cublasLtMatmulDescGetAttribute");
  find(recorder().read_layout, "cublasLtMatrixLayoutGetAttribute");
  find(recorder().read_preference, "cublasLtMatmulPreferenceGetAttribute");
  api.create = create;
  api.destroy = destroy;
  api.propose = propose;
  api.multiply = multiply;
  return true;
}

std::int64_t cublaslt_stand_in_executions() {
  return recorder().executions;
}

AskedProduct last_asked_product() {
  const std::lock_guard lock(recorder().mutex);
  return recorder().last;
}

}  // namespace yy::test
