//! A unit vector to its membership of K prompt clusters, Φ(x) ∈ Δ^K.
