//! Fingerprints of texts: 64 bits each, of which few differ where two texts are nearly the same (Charikar, "Similarity
//! estimation techniques from rounding algorithms", 2002).

use serde::{Serialize, Serializer};

/// Letters that are looked at together.
const SHINGLE: usize = 4;

/// What a text is known by.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// The fingerprint of a text; case and white space do not count.
    pub fn of(text: &str) -> Self {
        let letters = normal(text);
        let mut votes = [0_i64; 64];
        for shingle in letters.windows(SHINGLE.min(letters.len()).max(1)) {
            let hash = hashed(shingle);
            for (bit, vote) in votes.iter_mut().enumerate() {
                *vote += if hash >> bit & 1 == 1 { 1 } else { -1 };
            }
        }
        let bits = votes.iter().enumerate().filter(|(_, vote)| **vote > 0).map(|(bit, _)| 1 << bit);
        Self(bits.fold(0, |all, bit: u64| all | bit))
    }

    /// In how many of the 64 bits two differ.
    pub fn distance(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones()
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

/// Two texts, by their places, and how far apart their fingerprints are.
#[derive(Debug, Eq, PartialEq, Serialize)]
pub struct Pair {
    pub first: usize,
    pub second: usize,
    pub distance: u32,
}

/// All pairs whose fingerprints differ in at most `within` bits, the nearest first.
pub fn pairs(fingerprints: &[Fingerprint], within: u32) -> Vec<Pair> {
    let mut found: Vec<Pair> = fingerprints
        .iter()
        .enumerate()
        .flat_map(|(first, one)| {
            let later = fingerprints.iter().enumerate().skip(first + 1);
            later.map(move |(second, other)| Pair { first, second, distance: one.distance(*other) })
        })
        .filter(|pair| pair.distance <= within)
        .collect();
    found.sort_by_key(|pair| (pair.distance, pair.first, pair.second));
    found
}

/// The letters in lower case, with one space between words.
fn normal(text: &str) -> Vec<char> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().flat_map(char::to_lowercase).collect()
}

/// FNV-1a, and a last mixing, since its high bits hardly depend on the last letters.
fn hashed(letters: &[char]) -> u64 {
    let hash = letters
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, letter| (hash ^ u64::from(*letter)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^ mixed >> 33
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "A workload must only ever run an image that was built, scanned and signed, by its digest.";

    #[test]
    fn a_text_has_one_fingerprint_whatever_its_case_and_spaces() {
        assert_eq!(Fingerprint::of(TEXT), Fingerprint::of(&format!(" {}\n", TEXT.to_uppercase().replace(' ', "  "))));
    }

    #[test]
    fn texts_that_are_nearly_the_same_are_near_and_others_are_far() {
        let near = Fingerprint::of(TEXT).distance(Fingerprint::of(&TEXT.replace("digest", "digests")));
        let far = Fingerprint::of(TEXT).distance(Fingerprint::of("Searches are exact, and every vector is compared."));
        assert!(near <= 6, "{near}");
        assert!(far >= 16, "{far}");
    }

    #[test]
    fn short_and_empty_texts_have_one_too() {
        assert_eq!(Fingerprint::of(""), Fingerprint::of(" \n"));
        assert_ne!(Fingerprint::of("a"), Fingerprint::of("b"));
    }

    #[test]
    fn pairs_come_nearest_first() {
        let fingerprints = [0b0000, 0b0111, 0b0001, 0b1111_1111].map(Fingerprint);
        let found: Vec<_> =
            pairs(&fingerprints, 2).iter().map(|each| (each.first, each.second, each.distance)).collect();
        assert_eq!(found, [(0, 2, 1), (1, 2, 2)]);
    }
}
