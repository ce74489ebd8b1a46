//! What the fuzz targets check: the properties of the random tests, on input that a fuzzer makes up.
//!
//! With [`cargo-fuzz`](https://docs.rs/crate/cargo-fuzz) and a nightly toolchain, in the root of the repository:
//!
//! ```sh
//! cargo +nightly fuzz run document fuzz/corpus/document tests/data/worlds -- -dict=fuzz/document.dict -max_len=8192
//! cargo +nightly fuzz run world -- -len_control=0 -max_len=4096
//! cargo +nightly fuzz run commands -- -len_control=0 -max_len=4096
//! ```
//!
//! Keep what they find as a test with a name of its own.

#![allow(clippy::missing_panics_doc, reason = "a panic is how a target fails")]

use orgscope::Policy;
use orgscope_testing::{commands, hostile, random, square};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Text that may be a world: either an error with a message, or a world that answers by the rules and survives being
/// written and read.
pub fn document(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match hostile::load(text) {
        Ok(world) => {
            hostile::answers_by_the_rules(&world);
            let written = world.policy().to_document();
            let read = serde_json::from_str(&commands::saved(world.policy())).expect("what is written is read");
            assert_eq!(Policy::from_document(read).expect("what is written is valid").to_document(), written);
            for finding in world.policy().lint() {
                assert!(!finding.to_string().is_empty());
            }
        }
        Err(error) => assert!(!error.is_empty()),
    }
}

/// A valid world: every query gives the answer of the reference.
pub fn world(bytes: &[u8]) {
    if let Some(world) = made_of(bytes, &random::world()) {
        square::agree(&world);
    }
}

/// A valid world and batches of commands: what is published equals what is compiled afresh.
pub fn commands(bytes: &[u8]) {
    if let Some((world, batches)) = made_of(bytes, &(random::world(), commands::batches())) {
        commands::publishes_what_would_be_compiled(&world, batches);
    }
}

/// The value of a strategy whose random numbers begin with these bytes.
fn made_of<S: Strategy>(bytes: &[u8], strategy: &S) -> Option<S::Value> {
    // Past the end all numbers would be zero, and a strategy that draws until a number is odd, or small, would not
    // terminate.
    let more = (1..8_192_u64).flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes());
    let numbers: Vec<u8> = bytes.iter().copied().chain(more).collect();
    let numbers = TestRng::from_seed(RngAlgorithm::PassThrough, &numbers);
    let tree = strategy.new_tree(&mut TestRunner::new_with_rng(Config::default(), numbers));
    Some(tree.ok()?.current())
}
