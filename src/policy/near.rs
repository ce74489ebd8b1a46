//! Suggestions for unknown ids and names.

use smallvec::SmallVec;

use crate::policy::rules::Invalid;
use crate::policy::validate::{MOST_NAMES as MOST_LISTED, first_names};
use crate::vocabulary::id::Id;

/// The most ids, and the most names, that are compared for one message. A document may hold any number of both, and of
/// problems.
const MOST_IDS: usize = 4_096;
const MOST_NAMES: usize = 1_024;
/// Texts of more letters are not compared.
const MOST_LETTERS: usize = 64;

/// Adds a hint to an error about an unknown parent that stands for none in other systems.
pub(crate) fn with_hint_at_parent(invalid: Invalid, hint: &str) -> Invalid {
    match invalid {
        Invalid::UnknownId { kind, id, hint: None }
            if matches!(id.as_str(), "" | "0" | "\"0\"" | "-1" | "\"-1\"" | "null" | "none") =>
        {
            Invalid::UnknownId { kind, id, hint: Some(hint.to_owned()) }
        }
        invalid => invalid,
    }
}

/// A suggestion for an unknown id, which is given as errors print it: the integer for text, the text for an integer, or
/// text that differs in case, blanks or a few letters.
pub(crate) fn near_id<'i, K: 'i>(
    id: &str,
    ids: impl Iterator<Item = &'i Id<K>>,
    is_known: impl Fn(&Id<K>) -> bool,
) -> Option<String> {
    let id: Id<K> = id.parse().ok()?;
    let Some(text) = id.as_text() else {
        let text = Id::from(id.as_integer()?.to_string());
        return is_known(&text).then(|| format!("did you mean the text `{text}`?"));
    };
    let integer = text.trim().parse::<i64>().ok().map(Id::from).filter(is_known);
    if let Some(integer) = integer {
        return Some(format!("did you mean the integer `{integer}`?"));
    }
    let wanted = Wanted::new(text);
    let near = ids.take(MOST_IDS).filter_map(|id| Some((wanted.distance(id.as_text()?)?, id)));
    near.min_by_key(|(distance, _)| *distance).map(|(_, id)| format!("did you mean `{id}`?"))
}

/// Names for a message about an unknown one: all of them, or of many the nearest, or the first if nothing is suggested.
pub(crate) fn names_near<'a>(name: &str, names: impl ExactSizeIterator<Item = &'a str>, suggest: bool) -> String {
    let (count, most) = (names.len(), if suggest { MOST_NAMES } else { MOST_LISTED });
    let mut first: Vec<&str> = names.take(most).collect();
    if first.len() > MOST_LISTED {
        let wanted = Wanted::new(name);
        // Those that are not near stay in their order behind those that are.
        first.sort_by_cached_key(|name| wanted.distance(name).unwrap_or([usize::MAX; 3]));
        first.truncate(MOST_LISTED);
    }
    first_names(&first, count - first.len())
}

type Letters = SmallVec<[char; 32]>;

/// The distances of two texts: without case and outer blanks, without outer blanks, and exactly.
type Distance = [usize; 3];

/// An unknown text.
struct Wanted<'a> {
    text: &'a str,
    folded: Letters,
    /// The most letters that may differ: a third.
    most: usize,
}

impl<'a> Wanted<'a> {
    fn new(text: &'a str) -> Self {
        let folded = folded(text);
        Self { text, most: folded.len() / 3, folded }
    }

    /// The distance to another text, if it is near.
    fn distance(&self, other: &str) -> Option<Distance> {
        // A letter takes up to four bytes.
        if self.folded.len() > MOST_LETTERS || other.len() > 4 * MOST_LETTERS {
            return None;
        }
        let letters = folded(other);
        let folded = edits(&self.folded, &letters, self.most)?;
        let exact = |a: &str, b: &str| {
            let (a, b): (Letters, Letters) = (a.chars().collect(), b.chars().collect());
            edits(&a, &b, usize::MAX).unwrap_or(usize::MAX)
        };
        Some([folded, exact(self.text.trim(), other.trim()), exact(self.text, other)])
    }
}

fn folded(text: &str) -> Letters {
    text.trim().chars().flat_map(char::to_lowercase).collect()
}

/// The Levenshtein distance, if it is at most `most`. Costs the product of the lengths, or less if the texts soon differ.
fn edits(one: &[char], other: &[char], most: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let mut row: SmallVec<[usize; 36]> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
        if row.iter().min()? > &most {
            return None;
        }
    }
    row.last().copied().filter(|edits| *edits <= most)
}
