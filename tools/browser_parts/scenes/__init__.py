"""The scenes, by name, in the order in which they are played."""
from browser_parts.scenes.clearing import keys_alone

SCENES = {scene.__name__: scene for scene in (keys_alone,)}
