//! Memberships, profiles and prices to a decision.
