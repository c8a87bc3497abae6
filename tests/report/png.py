"""Reads the pixels of a PNG as browsers write it: 8 bits, RGB or RGBA, not interlaced."""

import struct
import zlib


def read(data):
    """-> width, height, rows of bytes, bytes per pixel"""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlace = struct.unpack(">IIBBBBB", body)
            assert depth == 8 and colour in (2, 6) and interlace == 0
        elif kind == b"IDAT":
            packed += body
        at += size + 12
    channels = 3 if colour == 2 else 4
    return width, height, unfilter(zlib.decompress(packed), width * channels, channels), channels


def unfilter(raw, stride, channels):
    rows, before = [], bytearray(stride)
    for at in range(0, len(raw), stride + 1):
        kind, row = raw[at], bytearray(raw[at + 1:at + 1 + stride])
        for i in range(stride):
            left = row[i - channels] if i >= channels else 0
            above = before[i]
            corner = before[i - channels] if i >= channels else 0
            if kind == 1:
                row[i] = (row[i] + left) & 255
            elif kind == 2:
                row[i] = (row[i] + above) & 255
            elif kind == 3:
                row[i] = (row[i] + (left + above) // 2) & 255
            elif kind == 4:
                guess = left + above - corner
                nearest = min((abs(guess - left), 0, left), (abs(guess - above), 1, above),
                              (abs(guess - corner), 2, corner))[2]
                row[i] = (row[i] + nearest) & 255
        rows.append(row)
        before = row
    return rows


def colours(data):
    """How often each colour occurs."""
    width, _, rows, channels = read(data)
    counts = {}
    for row in rows:
        for x in range(width):
            colour = bytes(row[x * channels:x * channels + 3])
            counts[colour] = counts.get(colour, 0) + 1
    return counts
