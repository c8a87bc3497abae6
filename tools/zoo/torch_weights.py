"""Reads the tensors of a legacy torch.save file without torch and without trusting the file.

The file is five pickles (magic number, protocol, system, the state dict, the storage keys) and then, key by key, an int64
element count and the raw little-endian elements. A pickle may name any function of any module and ask for any amount of
memory. So each one is walked first, without running it, and refused where an instruction is none of the few torch.save
wrote; then the unpickler resolves four names, to a dict and to parts of this file, and refuses every other one.
"""
from collections import OrderedDict
from dataclasses import dataclass
import io
import math
import pickle
import pickletools

import numpy as np

from files import ZooError

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
MAX_RANK = 8
OPCODES = {"PROTO", "STOP", "MARK", "GLOBAL", "REDUCE", "BUILD", "BINPERSID", "BINPUT", "LONG_BINPUT", "BINGET",
           "LONG_BINGET", "EMPTY_DICT", "EMPTY_LIST", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3", "APPENDS",
           "SETITEM", "SETITEMS", "BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "NEWTRUE", "NEWFALSE", "NONE"}


@dataclass(frozen=True)
class Storage:
    key: str
    dtype: np.dtype
    count: int


@dataclass(frozen=True)
class StridedTensor:
    """A view into a storage whose elements follow later in the file. Fields are checked when it is materialised."""
    storage: Storage
    offset: int
    shape: tuple
    strides: tuple


def _rebuild_tensor(storage, offset, shape, strides, _requires_grad, _hooks) -> StridedTensor:
    return StridedTensor(storage, offset, shape, strides)


class _WeightsUnpickler(pickle.Unpickler):
    """Knows an ordered dict, the tensor constructor and two storage types; everything else ends the reading."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        raise ZooError(f"weights file names {module}.{name}, which is not allowed")

    def persistent_load(self, pid):
        if not (isinstance(pid, tuple) and len(pid) == 6 and pid[0] == "storage" and pid[5] is None):
            raise ZooError("weights file: unexpected persistent id")
        _, dtype, key, _, count, _ = pid
        if not (isinstance(dtype, np.dtype) and isinstance(key, str) and type(count) is int and count >= 0):
            raise ZooError("weights file: malformed storage id")
        return Storage(key, dtype, count)


def _load(file: io.BytesIO):
    """One pickle from where `file` stands."""
    start = file.tell()
    for opcode, argument, position in pickletools.genops(file):
        if opcode.name not in OPCODES:
            raise ZooError(f"weights file: pickle instruction {opcode.name} is not allowed")
        if opcode.name.endswith("BINPUT") and argument > position:  # the unpickler allocates up to this index
            raise ZooError(f"weights file: memo index {argument} at byte {position}")
    file.seek(start)
    return _WeightsUnpickler(file).load()


def read_state_dict(data: bytes) -> dict[str, np.ndarray]:
    """Name -> array, contiguous and owning its memory."""
    if data[:2] == b"PK":
        raise ZooError("weights file is a zip archive; only the legacy torch.save format is read")
    file = io.BytesIO(data)
    try:
        magic, protocol, system, state, keys = (_load(file) for _ in range(5))
    except ZooError:
        raise
    except Exception as error:  # a damaged pickle can raise nearly anything
        raise ZooError(f"weights file: damaged pickle: {error!r}") from None
    if magic != MAGIC or protocol != PROTOCOL:
        raise ZooError("weights file: not in the legacy torch.save format")
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise ZooError("weights file: not little-endian")
    if not isinstance(state, OrderedDict) or not all(
            isinstance(name, str) and isinstance(tensor, StridedTensor) for name, tensor in state.items()):
        raise ZooError("weights file: expected a dict of tensors")
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys) or len(set(keys)) != len(keys):
        raise ZooError("weights file: expected a list of distinct storage keys")
    storages = _read_storages(data, file.tell(), keys, [tensor.storage for tensor in state.values()])
    return {name: _materialise(name, tensor, storages) for name, tensor in state.items()}


def _read_storages(data: bytes, position: int, keys: list[str], used: list) -> dict[str, np.ndarray]:
    declared: dict[str, Storage] = {}
    for storage in used:
        if not isinstance(storage, Storage) or declared.setdefault(storage.key, storage) != storage:
            raise ZooError("weights file: a storage is declared twice, differently")
    if set(keys) != set(declared):
        raise ZooError("weights file: storage keys and tensors disagree")
    arrays = {}
    for key in keys:
        storage = declared[key]
        end = position + 8 + storage.count * storage.dtype.itemsize
        if end > len(data):
            raise ZooError(f"weights file ends inside storage {key}")
        if (count := int.from_bytes(data[position:position + 8], "little", signed=True)) != storage.count:
            raise ZooError(f"weights file: storage {key} has {count} elements, expected {storage.count}")
        arrays[key] = np.frombuffer(data, storage.dtype, storage.count, position + 8)
        position = end
    if position != len(data):
        raise ZooError(f"weights file: {len(data) - position} bytes after the last storage")
    return arrays


def _materialise(name: str, tensor: StridedTensor, storages: dict[str, np.ndarray]) -> np.ndarray:
    shape, strides, offset = tensor.shape, tensor.strides, tensor.offset
    flat = storages[tensor.storage.key]
    if not (isinstance(shape, tuple) and isinstance(strides, tuple) and len(shape) == len(strides) <= MAX_RANK
            and all(type(value) is int and value >= 0 for value in (offset, *shape, *strides))):
        raise ZooError(f"weights file: tensor {name} has a malformed shape")
    if math.prod(shape) == 0 or math.prod(shape) > flat.size:
        raise ZooError(f"weights file: tensor {name} has shape {shape}, its storage {flat.size} elements")
    if offset + sum((dim - 1) * stride for dim, stride in zip(shape, strides)) >= flat.size:
        raise ZooError(f"weights file: tensor {name} reaches beyond its storage")
    view = np.lib.stride_tricks.as_strided(flat[offset:], shape, [stride * flat.itemsize for stride in strides])
    return view.copy()
