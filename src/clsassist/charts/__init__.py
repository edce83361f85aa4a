"""Pictures of the actions, drawn as SVG by the server: the only package that loads Altair and vl-convert."""

from clsassist.charts.pictures import NAMES, Key, Picture, overview_to_drawings, overview_to_pictures

__all__ = ["NAMES", "Key", "Picture", "overview_to_drawings", "overview_to_pictures"]
