"""What a picture shows, as small frames: pure functions of a stored study, with nothing of drawing in them.

Headlines, key figures, charts and pages take their numbers from here, so that they cannot contradict each other.
"""
