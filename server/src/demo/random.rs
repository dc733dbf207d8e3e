//! A small seeded generator: the same seed gives the same numbers on every machine.

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014, doi:10.1145/2660193.2660195).
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// A generator for the `stream`-th thing of `seed`.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut random = Self(seed.wrapping_mul(0xd134_2543_de82_ef95) ^ stream.wrapping_mul(0xa076_1d64_78bd_642f));
        // Neighbouring seeds begin alike; a few steps part them.
        random.next();
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly spread in −1 to 1.
    pub(super) fn signed(&mut self) -> f64 {
        2.0 * self.unit() - 1.0
    }

    /// Evenly spread in 0 to 1.
    pub(super) fn unit(&mut self) -> f64 {
        // The upper 53 bits fit an f64 without rounding.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// An angle, radians.
    pub(super) fn angle(&mut self) -> f64 {
        self.unit() * std::f64::consts::TAU
    }
}
