//! Hashes of stored data: SHA-256 of the hash before and of JSON.

use std::fmt::{self, Debug, Display};
use std::io::{self, Write};
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::vocabulary::word::UnknownWord;

/// A hash of stored data, written as 64 hexadecimal digits.
///
/// How a program checks the hashes of a log: [`administration`](crate::docs::administration#the-log).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The hash before the first entry of a log: all zeros.
    pub const START: Self = Self([0; 32]);

    /// The hash of another hash and the JSON of a value.
    pub(crate) fn after(before: Self, value: &impl Serialize) -> Self {
        let mut hash = Hashed(Sha256::new());
        hash.0.update(before.0);
        serde_json::to_writer(&mut hash, value).expect("INVARIANT: commands and documents are written as JSON");
        Self(hash.0.finalize().into())
    }
}

/// A writer that hashes its input.
struct Hashed(Sha256);

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let read = || {
            let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
            let mut bytes = [0; 32];
            for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
                *byte = digit(pair[0])? << 4 | digit(pair[1])?;
            }
            Some(Self(bytes))
        };
        read().ok_or_else(|| UnknownWord::new("invalid hash", text, "64 hexadecimal digits in lower case"))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = crate::document::text(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}
