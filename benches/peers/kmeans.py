"""K-means of scikit-learn on the points that `cargo bench --bench kmeans` wrote.

    pip install scikit-learn
    python benches/peers/kmeans.py target/kmeans

For each set of points it prints the time, median of three, and the inertia with 1, 2, 4, 8 and 16
starts, to be held against what the bench printed. As many threads as there are cores.
"""

import pathlib
import statistics
import sys
import time

import numpy as np
from sklearn.cluster import KMeans

CLUSTERS, ROUNDS = 100, 3

for path in sorted(pathlib.Path(sys.argv[1]).glob("*.f32"), key=lambda path: int(path.stem)):
    points = np.fromfile(path, np.float32).reshape(-1, int(path.stem))
    print(f"{len(points)} points in {points.shape[1]} dimensions into {CLUSTERS} clusters")
    for starts in (1, 2, 4, 8, 16):
        means = KMeans(CLUSTERS, n_init=starts, max_iter=100, tol=1e-4, random_state=1)
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            means.fit(points)
            times.append(time.perf_counter() - start)
        print(f"  {starts:2} starts: {statistics.median(times):.2f} s, inertia {means.inertia_:.1f}")
