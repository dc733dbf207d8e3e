//! The FIT checksum: CRC-16 with the reflected polynomial 0xA001, starting at 0.
//!
//! The polynomial P = x¹⁶ + x¹⁵ + x² + 1 is short, and over two elements squaring leaves its shape as it is:
//! P(x)⁶⁴ = P(x⁶⁴) is a multiple of P. So a word of 64 bits may be taken out and added, by exclusive or, to the words 1,
//! 14 and 16 places behind it, without changing the remainder. That folds all but the last words in at several bytes a
//! clock; only these go through the table.

const POLYNOMIAL: u16 = 0xA001;

static TABLE: [u16; 256] = table();

const fn table() -> [u16; 256] {
    let mut table = [0_u16; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u16;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ POLYNOMIAL } else { crc >> 1 };
            bit += 1;
        }
        table[byte] = crc;
        byte += 1;
    }
    table
}

/// Words that are folded at once.
const WORDS: usize = 16;

type Block = [u64; WORDS];

/// The checksum of `bytes`.
pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    let (blocks, rest) = bytes.as_chunks::<{ 8 * WORDS }>();
    // Words of zeros in front change nothing.
    let folded = blocks.iter().fold([0; WORDS], |before, block| fold(before, words(block)));
    let crc = folded.iter().fold(0, |crc, word| by_table(crc, &word.to_le_bytes()));
    by_table(crc, rest)
}

fn words(block: &[u8; 8 * WORDS]) -> Block {
    let mut words = [0; WORDS];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks().0) {
        *word = u64::from_le_bytes(*bytes);
    }
    words
}

/// Folds a block into the one behind it.
#[inline]
fn fold(mut block: Block, mut behind: Block) -> Block {
    for at in 0..WORDS {
        let word = block[at];
        for distance in [1, 14, 16] {
            match at + distance {
                to if to < WORDS => block[to] ^= word,
                to => behind[to - WORDS] ^= word,
            }
        }
    }
    behind
}

fn by_table(crc: u16, bytes: &[u8]) -> u16 {
    bytes.iter().fold(crc, |crc, byte| {
        let [low, high] = crc.to_le_bytes();
        u16::from(high) ^ TABLE[usize::from(byte ^ low)]
    })
}

#[cfg(test)]
mod tests {
    use super::{by_table, crc16};

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

    #[test]
    fn folded_or_byte_by_byte_is_the_same() {
        let bytes: Vec<u8> = (0..2000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for length in 0..bytes.len() {
            assert_eq!(crc16(&bytes[..length]), by_table(0, &bytes[..length]), "{length} bytes");
        }
    }
}
