#include "tools/yy_run/devices_command.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cpu/cpu_backend.h"
#include "cuda/cuda_backend.h"
#include "runtime/printable.h"
#include "tools/report/table.h"
#include "tools/yy_run/output_file.h"
#include "yy/device.h"
#include "yy/threads.h"

namespace yy {
namespace {

using Json = nlohmann::ordered_json;

struct Row {
  std::string device;  // as --device takes it
  std::string what;
  std::vector<std::string> precisions;  // none where it cannot be used
  std::string trouble;
};

std::vector<std::string> precisions_of(const Backend& backend) {
  std::vector<std::string> names;
  for (Precision precision : all_precisions) {
    if (backend.support(precision) != Support::none) names.emplace_back(name_of(precision));
  }
  return names;
}

std::string gibibytes(std::size_t bytes) {
  return fmt::format("{:.1f}", static_cast<double>(bytes) / (1 << 30));
}

std::vector<Row> rows_of(const CudaReport& cuda) {
  std::vector<Row> rows{
      {"cpu", fmt::format("{} threads", available_threads()), precisions_of(*make_cpu_backend()), ""}};
  for (std::size_t i = 0; i < cuda.devices.size(); ++i) {
    const CudaReport::Device& device = cuda.devices[i];
    Row row{fmt::format("cuda:{}", i),
            fmt::format("{}, compute capability {}, {} of {} GiB free", device.name, device.capability,
                        gibibytes(device.free), gibibytes(device.memory)),
            {},
            device.trouble};
    if (row.trouble.empty()) row.precisions = precisions_of(*make_cuda_backend(static_cast<int>(i)));
    rows.push_back(std::move(row));
  }
  if (!cuda.trouble.empty()) rows.push_back({"cuda", "NVIDIA GPUs", {}, cuda.trouble});
  return rows;
}

std::string text_of(const std::vector<Row>& rows, const CudaReport& cuda) {
  Table table({{"device"}, {"what"}, {"usable"}});
  for (const Row& row : rows) {
    std::string usable;
    for (const std::string& precision : row.precisions) usable += (usable.empty() ? "" : ", ") + precision;
    table.add({row.device, row.what, row.trouble.empty() ? usable : "no: " + row.trouble});
  }
  std::string text = table.text();
  for (const CudaReport::Library& library : cuda.libraries) {
    text += fmt::format("{} {}\n", library.name,
                        library.trouble.empty() ? library.version : "is not usable: " + library.trouble);
  }
  return text;
}

std::string json_of(const std::vector<Row>& rows, const CudaReport& cuda) {
  Json out;
  for (const Row& row : rows) {
    out["devices"].push_back({{"device", row.device},
                              {"what", row.what},
                              {"usable", row.trouble.empty()},
                              {"precisions", row.precisions},
                              {"trouble", row.trouble}});
  }
  out["libraries"] = Json::array();
  for (const CudaReport::Library& library : cuda.libraries) {
    out["libraries"].push_back(
        {{"name", library.name}, {"version", library.version}, {"trouble", library.trouble}});
  }
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

ExitCode devices(const std::string& json) {
  const CudaReport cuda = report_cuda();
  const std::vector<Row> rows = rows_of(cuda);
  if (!json.empty()) {
    write_file(json, json_of(rows, cuda));
  }
  if (json == "-") return ExitCode::ok;
  write_file("-", printable_lines(text_of(rows, cuda)));
  return ExitCode::ok;
}

}  // namespace

Command add_devices_command(CLI::App& app) {
  auto json = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("devices", "Show what networks can run on here, and why not on the rest");
  command->add_option("--json", *json, "The same as JSON; - is stdout")->type_name("FILE");
  return {command, [json] { return devices(*json); }};
}

}  // namespace yy
