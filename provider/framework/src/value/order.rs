//! Equality and a total order of values; sets compare without regard to the order of their elements.

use std::cmp::Ordering;

use super::Value;

impl Value {
    /// The elements of a set, sorted, each known one once. Unknown elements are never the same.
    pub(crate) fn canonical_set(elements: &[Self]) -> Vec<&Self> {
        let mut sorted: Vec<&Self> = elements.iter().collect();
        sorted.sort();
        sorted.dedup_by(|left, right| left == right && left.is_wholly_known());
        sorted
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Unknown => 1,
            Self::Bool(_) => 2,
            Self::Number(_) => 3,
            Self::String(_) => 4,
            Self::List(_) => 5,
            Self::Set(_) => 6,
            Self::Map(_) => 7,
            Self::Object(_) => 8,
            Self::Dynamic(_) => 9,
        }
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.cmp(right),
            (Self::String(left), Self::String(right)) => left.cmp(right),
            (Self::List(left), Self::List(right)) => left.cmp(right),
            (Self::Set(left), Self::Set(right)) => Self::canonical_set(left).cmp(&Self::canonical_set(right)),
            (Self::Map(left), Self::Map(right)) | (Self::Object(left), Self::Object(right)) => {
                left.cmp(right)
            }
            (Self::Dynamic(left), Self::Dynamic(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}
