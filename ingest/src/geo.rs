//! Distances on the earth.
