"""Model cards: NAME.json beside NAME.onnx says how a picture becomes the model's input, and names the class list."""
import json
from pathlib import Path

from files import ZooError, write_atomic

INTERPOLATIONS = ("bilinear", "bicubic", "none")


def write_card(model: Path, *, size: int, crop: float, interpolation: str, mean: list, std: list, classes: str) -> None:
    """Writes the card of the model file `model`."""
    card = {"preprocess": {"size": size, "crop": crop, "interpolation": interpolation, "mean": mean, "std": std},
            "classes": classes}
    write_atomic(model.with_suffix(".json"), json.dumps(card, indent=1) + "\n")


def read_card(model: Path) -> dict:
    """The card of the model file `model`, with the class ids in the order of the outputs under "ids"."""
    path = model.with_suffix(".json")
    try:
        card = json.loads(path.read_text())
        rule = card["preprocess"]
        complete = set(rule) >= {"size", "crop", "interpolation"} and len(rule["mean"]) == len(rule["std"]) == 3
        classes = (path.parent / card["classes"]).read_text().splitlines()
    except FileNotFoundError as error:
        raise ZooError(f"{error.filename}: missing (a model needs its card and the class list the card names)") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ZooError(f"{path}: not a model card: {error!r}") from None
    if not complete:
        raise ZooError(f"{path}: preprocess needs size, crop, interpolation, mean[3], std[3]")
    if rule["interpolation"] not in INTERPOLATIONS:
        raise ZooError(f"{path}: interpolation {rule['interpolation']!r}, expected one of {', '.join(INTERPOLATIONS)}")
    card["ids"] = [line.split("\t")[0] for line in classes]
    return card


def prepare(picture, rule: dict):
    """A Pillow picture as [3, size, size] float32: the centred square, resized, (pixel - mean) / std, channels first."""
    import numpy as np
    from PIL import Image
    picture, size = picture.convert("RGB"), rule["size"]
    side = rule["crop"] * min(picture.size)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    if rule["interpolation"] == "none":
        if (side, left % 1, top % 1) != (size, 0, 0):
            raise ZooError(f"interpolation none, but the centred square has side {side}, expected {size}")
        picture = picture.crop((int(left), int(top), int(left) + size, int(top) + size))
    else:
        how = Image.Resampling[rule["interpolation"].upper()]
        picture = picture.resize((size, size), how, box=(left, top, left + side, top + side))
    pixels = np.asarray(picture, np.float32)
    return ((pixels - np.float32(rule["mean"])) / np.float32(rule["std"])).transpose(2, 0, 1)
