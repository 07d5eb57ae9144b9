"""Errors in talking to the sidecar. A caller decides by the class whether trying again can help."""


class SidecarError(Exception):
    """A call to or through the sidecar failed."""


class SidecarUnavailable(SidecarError):
    """The sidecar, or what it was to reach, is away or too slow. Trying again may help."""


class SidecarConflict(SidecarUnavailable):
    """What was to be changed has been changed since it was read. Reading it again, and then trying again, may help."""


class SidecarRefused(SidecarError):
    """The sidecar or the callee understood the call and refused it. Trying again will not help."""
