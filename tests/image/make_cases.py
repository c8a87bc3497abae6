#!/usr/bin/env python3
"""Writes what the tests of image/ expect, as Pillow computes it.

    python3 tests/image/make_cases.py        (numpy, and Pillow from 11.0 up to, not including, 13)

Outputs, all committed, so that the tests need neither Python nor Pillow:
    tests/image/resize_cases.inc      sizes and boxes, CRC-32 of the resized pixels
    tests/image/preprocess_cases.inc  crop boxes and CRC-32 of float rows
    tests/image/decode_cases.inc      size and CRC-32 of each picture below
    tests/data/images/*               small JPEG and PNG files, some of them damaged on purpose

Pixels of the resize and preprocess cases come from `source`, which test_pictures.h repeats in C++.
Pillow 13 resamples some shapes in another order and must not be used.
"""
import io
import pathlib
import random
import struct
import zlib

import numpy as np
import PIL
from PIL import Image, ImageOps

HERE = pathlib.Path(__file__).resolve().parent
PICTURES = HERE.parent / 'data' / 'images'
HOW = {'bilinear': Image.BILINEAR, 'bicubic': Image.BICUBIC}


def source(seed, width, height):
    """Noise with many black and white samples, because those make a cubic overshoot."""
    h = (np.arange(width * height * 3, dtype=np.uint64) * 2654435761 + seed * 40503) & 0xFFFFFFFF
    h ^= h >> 15
    h = h * 2246822519 & 0xFFFFFFFF
    h ^= h >> 13
    extreme = np.where(h & 0x200, 255, 0)
    return np.where(h & 0x100, h & 0xFF, extreme).astype(np.uint8).reshape(height, width, 3)


def crc(array):
    return zlib.crc32(np.ascontiguousarray(array).tobytes())


def c_float(value):
    text = f'{np.float32(value):.9g}'
    return text + ('F' if '.' in text or 'e' in text else '.0F')


def write_table(name, what, rows):
    head = f'// Written by make_cases.py with Pillow {PIL.__version__}. {what}\n'
    (HERE / name).write_text(head + ''.join(f'{{{row}}},\n' for row in rows))


# ---- resize and preprocess ----

def random_box(rng, width, height):
    kind = rng.randrange(4)
    if kind == 0:
        return 0, 0, width, height
    if kind == 1:
        x0, y0 = rng.randrange(width), rng.randrange(height)
        return x0, y0, rng.randint(x0 + 1, width), rng.randint(y0 + 1, height)
    x0, y0 = rng.uniform(0, width - 0.5), rng.uniform(0, height - 0.5)
    if kind == 2:  # narrow: less than one pixel
        return x0, y0, min(x0 + rng.uniform(0.01, 1), width), min(y0 + rng.uniform(0.01, 1), height)
    return x0, y0, rng.uniform(x0, width), rng.uniform(y0, height)


def resize_inputs():
    rng = random.Random(20)
    whole = lambda w, h: (0, 0, w, h)
    yield from [  # (width, height, box, out width, out height): what is special about passes and edges
        (20, 14, whole(20, 14), 20, 14),       # nothing to do
        (20, 14, (3, 2, 13, 9), 10, 7),        # a plain crop
        (20, 14, (3, 0.5, 13, 7.5), 10, 7),    # one axis whole, the other not
        (20, 14, (3, 0, 13, 14), 10, 14),
        (20, 14, whole(20, 14), 20, 5),        # down only
        (20, 14, whole(20, 14), 9, 14),        # across only
        (20, 14, (0, 2, 20, 9), 20, 30),
        (20, 14, (4, 0, 11, 14), 33, 14),
        (20, 14, (5, 5, 5, 5), 4, 3),          # an empty box is allowed
        (20, 14, (20, 14, 20, 14), 2, 2),
        (1, 1, whole(1, 1), 7, 5),
        (1, 40, whole(1, 40), 3, 6),
        (40, 1, whole(40, 1), 6, 3),
        (900, 3, whole(900, 3), 7, 3),
        (3, 900, whole(3, 900), 3, 7),
        (500, 375, (85.9375, 23.4375, 414.0625, 351.5625), 224, 224),
        (375, 500, (20.547945, 83.047945, 354.45206, 416.95206), 96, 96),
        (13, 11, whole(13, 11), 260, 260),
    ]
    for _ in range(126):
        width, height = rng.randint(1, 90), rng.randint(1, 90)
        yield width, height, random_box(rng, width, height), rng.randint(1, 70), rng.randint(1, 70)


def resize_rows():
    for seed, (width, height, box, out_width, out_height) in enumerate(resize_inputs()):
        box = [float(np.float32(v)) for v in box]
        for how in HOW if seed < 18 else [('bilinear', 'bicubic')[seed % 2]]:
            picture = Image.fromarray(source(seed, width, height))
            pixels = np.asarray(picture.resize((out_width, out_height), HOW[how], box=box))
            first = ', '.join(str(v) for v in pixels.reshape(-1)[:3])
            corners = ', '.join(c_float(v) for v in box)
            yield (f'{seed}, {width}, {height}, {{{corners}}}, Interpolation::{how}, '
                   f'{out_width}, {out_height}, 0x{crc(pixels):08x}, {{{first}}}')


def preprocess_rows():
    mean, std = np.float32([123.675, 116.28, 103.53]), np.float32([58.395, 57.12, 57.375])
    shapes = [(50, 37), (37, 50), (64, 64), (33, 120), (121, 31), (8, 8), (300, 201), (1, 1), (77, 2)]
    settings = [(24, 0.875, 'bilinear'), (26, 0.8904109589041096, 'bicubic'),
                (32, 1.0, 'bicubic'), (32, 0.1, 'bilinear')]
    for seed, (width, height) in enumerate(shapes):
        for size, crop, how in settings:
            c = crop * min(width, height)
            left, top = (width - c) / 2, (height - c) / 2
            box = (left, top, left + c, top + c)
            picture = Image.fromarray(source(seed, width, height))
            pixels = np.asarray(picture.resize((size, size), HOW[how], box=box))
            row = ((pixels - mean) / std).astype('<f4')
            corners = ', '.join(c_float(v) for v in box)
            yield (f'{seed}, {width}, {height}, {size}, {crop!r}, Interpolation::{how}, {{{corners}}}, '
                   f'0x{crc(pixels):08x}, 0x{crc(row):08x}')


# ---- pictures ----

def photo(width, height, channels=3):
    """Smooth slopes with a few edges and some noise, so that wrong upsampling or a wrong matrix shows."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    plane = lambda c: 100 * np.sin(x / (3 + c) + c) * np.cos(y / (4 - c / 2)) + 40 * ((x + 2 * y + 5 * c) % 11 > 7)
    planes = [128 + plane(c) for c in range(channels)]
    noise = np.random.default_rng(4).normal(0, 6, (height, width, channels))
    return np.clip(np.stack(planes, -1) + noise, 0, 255).astype(np.uint8)


def jpeg(picture, **options):
    out = io.BytesIO()
    picture.save(out, 'jpeg', **({'quality': 88} | options))
    return out.getvalue()


def patched(data, at, *values):
    data = bytearray(data)
    data[at:at + len(values)] = bytes(values)
    return bytes(data)


def start_of_frame(data):
    """Offset of the SOF marker of a file of Pillow's: skips segment by segment."""
    at = 2
    while data[at + 1] not in (0xC0, 0xC2):
        at += 2 + int.from_bytes(data[at + 2:at + 4], 'big')
    return at


def as_440(data_422):
    """Swapping sides and sampling factors keeps number and kind of the blocks: a valid, scrambled picture."""
    sof = start_of_frame(data_422)
    height, width = data_422[sof + 5:sof + 7], data_422[sof + 7:sof + 9]
    return patched(patched(data_422, sof + 5, *width, *height), sof + 11, 0x12)


def exif(orientation, order):
    big = order == 'MM'
    pack = lambda form, *values: struct.pack(('>' if big else '<') + form, *values)
    other = pack('HHII', 0x0100, 4, 1, 40)
    entry = pack('HHIHH', 0x0112, 3, 1, orientation, 0)
    return b'Exif\0\0' + order.encode() + pack('HI', 42, 8) + pack('H', 2) + other + entry + pack('I', 0)


def good_jpegs():
    colour, grey = Image.fromarray(photo(45, 35)), Image.fromarray(photo(45, 35)[..., 0])
    inks = Image.fromarray(photo(33, 21, 4), 'CMYK')
    for name in ('444', '422', '420'):
        yield f'jpeg_{name}.jpg', jpeg(colour, subsampling=f'4:{name[1]}:{name[2]}')
    yield 'jpeg_440.jpg', as_440(jpeg(colour, subsampling='4:2:2'))
    yield 'jpeg_rgb.jpg', jpeg(colour, keep_rgb=True)
    yield 'jpeg_restart.jpg', jpeg(colour, restart_marker_blocks=2)
    yield 'jpeg_grey.jpg', jpeg(grey)
    yield 'progressive_420.jpg', jpeg(colour, progressive=True)
    yield 'progressive_444.jpg', jpeg(colour, progressive=True, subsampling='4:4:4')
    yield 'progressive_grey.jpg', jpeg(grey, progressive=True)
    cmyk = jpeg(inks)
    yield 'jpeg_cmyk.jpg', cmyk
    yield 'jpeg_ycck.jpg', patched(cmyk, cmyk.index(b'Adobe') + 11, 2)
    small = Image.fromarray(photo(19, 11))
    for orientation in range(2, 9):
        order = 'II' if orientation % 2 else 'MM'
        yield f'exif_{orientation}.jpg', jpeg(small, exif=exif(orientation, order), quality=70)


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png_rows(samples, depth):
    """Samples (height x width x channels) -> filtered bytes; odd rows use filter 1 where that is easy."""
    out = b''
    for y, row in enumerate(samples.reshape(samples.shape[0], -1)):
        if depth == 16:
            packed = row.astype('>u2').tobytes()
        else:
            bits = (row[:, None] >> np.arange(depth - 1, -1, -1)) & 1
            packed = np.packbits(bits.astype(np.uint8).reshape(-1)).tobytes()
        if y % 2 and depth >= 8:  # filter 1: difference to the pixel on the left
            step = samples.shape[2] * depth // 8
            packed = bytes((b - (packed[i - step] if i >= step else 0)) & 255 for i, b in enumerate(packed))
            out += b'\1' + packed
        else:
            out += b'\0' + packed
    return out


def chunk(name, data):
    return struct.pack('>I', len(data)) + name + data + struct.pack('>I', zlib.crc32(name + data))


def png(samples, colour_type, depth, interlaced=False, extra=b''):
    height, width = samples.shape[:2]
    if interlaced:
        passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        data = b''.join(png_rows(p, depth) for p in passes if p.size)
    else:
        data = png_rows(samples, depth)
    header = struct.pack('>IIBBBBB', width, height, depth, colour_type, 0, 0, interlaced)
    pixels = chunk(b'IDAT', zlib.compress(data, 9))
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + extra + pixels + chunk(b'IEND', b'')


def good_pngs():
    rgb = photo(29, 17)
    rng = np.random.default_rng(5)
    alpha = rng.integers(0, 256, rgb.shape[:2] + (1,))
    wide = rng.integers(0, 65536, (17, 29, 4))
    grey = rgb[..., :1]
    palette = lambda n: chunk(b'PLTE', rng.integers(0, 256, n * 3).astype(np.uint8).tobytes())
    for depth in (1, 2, 4, 8):
        yield f'png_grey{depth}.png', png(grey >> (8 - depth), 0, depth)
        yield f'png_palette{depth}.png', png(grey >> (8 - depth), 3, depth, extra=palette(1 << depth))
    yield 'png_grey16.png', png(wide[..., :1], 0, 16)
    yield 'png_greyalpha.png', png(np.concatenate([grey, alpha], -1), 4, 8)
    yield 'png_greyalpha16.png', png(wide[..., :2], 4, 16)
    transparent = chunk(b'tRNS', bytes(range(0, 160, 10)))
    yield 'png_palette_trns.png', png(grey >> 4, 3, 4, extra=palette(16) + transparent)
    yield 'png_rgb.png', png(rgb, 2, 8)
    yield 'png_rgb_trns.png', png(rgb, 2, 8, extra=chunk(b'tRNS', struct.pack('>3H', *rgb[3, 4])))
    yield 'png_grey_trns.png', png(grey, 0, 8, extra=chunk(b'tRNS', struct.pack('>H', grey[3, 4, 0])))
    yield 'png_rgba.png', png(np.concatenate([rgb, alpha], -1), 6, 8)
    yield 'png_rgb16.png', png(wide[..., :3], 2, 16)
    yield 'png_rgba16.png', png(wide, 6, 16)
    yield 'interlaced_rgb.png', png(rgb, 2, 8, True)
    yield 'interlaced_rgba.png', png(np.concatenate([rgb, alpha], -1), 6, 8, True)
    yield 'interlaced_grey1.png', png(grey >> 7, 0, 1, True)
    yield 'interlaced_grey16.png', png(wide[..., :1], 0, 16, True)
    yield 'interlaced_palette4.png', png(grey >> 4, 3, 4, True, palette(16))
    yield 'interlaced_3x2.png', png(rgb[:2, :3], 2, 8, True)


def bad_files(good):
    """What the tests expect of each is written in decode_test.cpp."""
    plain, progressive, image = good['jpeg_420.jpg'], good['progressive_420.jpg'], good['png_rgb.png']
    yield 'bad_empty.jpg', b''
    yield 'bad_garbage.jpg', bytes(range(64))
    yield 'bad_truncated.jpg', plain[:len(plain) * 3 // 4]
    yield 'bad_truncated_progressive.jpg', progressive[:len(progressive) * 3 // 4]
    yield 'bad_no_end.jpg', plain[:-2]
    yield 'bad_header_only.jpg', plain[:start_of_frame(plain)]
    middle = len(plain) - 400
    yield 'bad_marker_in_scan.jpg', patched(plain, middle, 0xFF, 0xD9)
    yield 'bad_huge.jpg', patched(plain, start_of_frame(plain) + 5, 0xF0, 0, 0xF0, 0)
    yield 'bad_truncated.png', image[:len(image) // 2]
    yield 'bad_no_end.png', image[:-12]
    yield 'bad_crc.png', patched(image, len(image) - 16, image[-16] ^ 1)  # of the last IDAT chunk
    yield 'bad_data.png', patched(image, len(image) - 40, image[-40] ^ 1)
    header = struct.pack('>IIBBBBB', 60000, 60000, 8, 2, 0, 0, 0)
    yield 'bad_huge.png', image[:8] + chunk(b'IHDR', header) + image[33:]


def expected_pixels(name, data, turned):
    picture = Image.open(io.BytesIO(data))
    if 'grey16' in name:  # Pillow clips 16-bit grey at 255; the library documents that it takes the high byte
        high = (np.asarray(picture).astype(np.uint32) >> 8).astype(np.uint8)
        return np.repeat(high[..., None], 3, -1)
    if turned:
        picture = ImageOps.exif_transpose(picture)
    return np.asarray(picture.convert('RGB'))


def decode_rows(good):
    for name, data in good.items():
        for turned in (False, True) if name.startswith('exif') else (False,):
            pixels = expected_pixels(name, data, turned)
            height, width = pixels.shape[:2]
            yield f'"{name}", {str(turned).lower()}, {width}, {height}, 0x{crc(pixels):08x}'


def main():
    if int(PIL.__version__.split('.')[0]) >= 13:
        raise SystemExit(f'Pillow {PIL.__version__} resamples in another order; use one below 13')
    write_table('resize_cases.inc', 'See ResizeCase in resize_test.cpp.', resize_rows())
    write_table('preprocess_cases.inc', 'See PreprocessCase in preprocess_test.cpp.', preprocess_rows())
    PICTURES.mkdir(parents=True, exist_ok=True)
    good = dict(good_jpegs()) | dict(good_pngs())
    write_table('decode_cases.inc', 'See DecodeCase in decode_test.cpp.', decode_rows(good))
    for name, data in (good | dict(bad_files(good))).items():
        (PICTURES / name).write_bytes(data)


if __name__ == '__main__':
    main()
