//! One question, asked every way: the reference, a check, the scope, the list, who, the reason.

use orgscope_testing::random::{world, worlds};
use orgscope_testing::square::agree;
use proptest::prelude::*;

proptest! {
    #![proptest_config(worlds(2_000))]

    #[test]
    fn every_answer_is_the_reference(world in world()) {
        agree(&world);
    }
}
