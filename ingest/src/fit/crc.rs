//! The FIT checksum: CRC-16 with the reflected polynomial 0xA001, starting at 0.

const POLYNOMIAL: u16 = 0xA001;

/// Eight tables, so that eight bytes are folded in at once: the plain byte-wise loop would cost as much as decoding.
static TABLES: [[u16; 256]; 8] = tables();

const fn tables() -> [[u16; 256]; 8] {
    let mut tables = [[0_u16; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u16;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[table - 1][byte];
            tables[table][byte] = (before >> 8) ^ tables[0][(before & 0xFF) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
}

/// The checksum of `bytes`.
pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    let at = |table: usize, byte: u8| TABLES[table][usize::from(byte)];
    let (eights, rest) = bytes.as_chunks::<8>();
    let mut crc = 0_u16;
    for &[a, b, c, d, e, f, g, h] in eights {
        let [low, high] = crc.to_le_bytes();
        crc = at(7, a ^ low) ^ at(6, b ^ high) ^ at(5, c) ^ at(4, d) ^ at(3, e) ^ at(2, f) ^ at(1, g) ^ at(0, h);
    }
    for &byte in rest {
        let [low, high] = crc.to_le_bytes();
        crc = u16::from(high) ^ at(0, byte ^ low);
    }
    crc
}

#[cfg(test)]
mod tests {
    use super::crc16;

    /// The check value of CRC-16/ARC in the catalogue of parametrised CRC algorithms.
    #[test]
    fn matches_the_catalogue() {
        assert_eq!(crc16(b"123456789"), 0xBB3D);
    }

    #[test]
    fn a_message_followed_by_its_checksum_has_checksum_zero() {
        for length in 0..40_u8 {
            let mut bytes: Vec<u8> = (0..length).map(|i| i.wrapping_mul(37)).collect();
            let crc = crc16(&bytes);
            bytes.extend(crc.to_le_bytes());
            assert_eq!(crc16(&bytes), 0);
        }
    }
}
