"""The colours of attributions: a diverging scale that colour-blind readers can tell apart.

Red and blue of ColorBrewer's RdBu (https://colorbrewer2.org), laid over the ground of the page so
that they serve on a light and a dark one, and never so strongly that the text on them is hard to
read.
"""

from __future__ import annotations

RAISES = (214, 96, 77)
LOWERS = (67, 147, 195)
# The share of the colour at full strength; the rest is the ground.
OPACITY_ON_LIGHT, OPACITY_ON_DARK = 0.75, 0.6

_WHITE = 255


def strength(attribution: float, scale: float) -> float:
    """Return where an attribution lies on the scale, -1 to 1.

    Args:
        attribution: The attribution, in logits.
        scale: The attribution that has the strongest colour, above 0.
    """
    return max(-1.0, min(1.0, attribution / scale))


def to_hex(value: float) -> str:
    """Return the colour of a place on the scale as ``#rrggbb``, on white.

    Args:
        value: What `strength` returned.
    """
    colour = RAISES if value >= 0 else LOWERS
    share = abs(value) * OPACITY_ON_LIGHT
    mixed = (round(_WHITE + (part - _WHITE) * share) for part in colour)
    return "#" + "".join(f"{part:02x}" for part in mixed)
