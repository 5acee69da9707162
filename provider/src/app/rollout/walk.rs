//! What the listener rule remembers of the last change of its weights, in its tags: from where to where it led, and what
//! became of it. It decides what an apply may do that finds other weights than those it expects.

use std::fmt::Write as _;

use ipsy_aws::Tags;
use serde::{Deserialize, Serialize};

use super::steps::{Shares, between, same};

/// Key of the tag that holds the weights before the change.
const FROM: &str = "ipsy:weights-from";
/// Key of the tag that holds the weights to which it leads.
const TO: &str = "ipsy:weights-to";
/// Key of the tag that holds what became of it, and when.
const PROGRESS: &str = "ipsy:weights-progress";

/// A change of weights, as the rule's tags describe it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Walk {
    /// The last good weights before it; `None` for a rule that has only ever had those of its creation.
    pub(crate) from: Option<Shares>,
    /// Where it leads.
    pub(crate) to: Shares,
    pub(crate) progress: Progress,
    /// When `progress` became so, in RFC 3339.
    pub(crate) at: Option<String>,
}

/// How far a change of weights has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Progress {
    /// No request has moved yet.
    Begun,
    /// At least one step was made.
    Moving,
    /// Terraform asked to stop it: the next apply continues.
    Stopped,
    /// A guard has failed, and the weights from before are back.
    RolledBack,
}

impl Progress {
    const ALL: [Self; 4] = [Self::Begun, Self::Moving, Self::Stopped, Self::RolledBack];

    fn name(self) -> &'static str {
        match self {
            Self::Begun => "begun",
            Self::Moving => "moving",
            Self::Stopped => "stopped",
            Self::RolledBack => "rolled-back",
        }
    }
}

/// How the weights that a rule has relate to the last change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It has arrived.
    Arrived,
    /// It was interrupted after this percentage of the way; 0 is the beginning.
    Interrupted(i64),
    /// The weights from before it are back: a guard has failed, or a person has set them.
    RolledBack,
    /// Others than ipsy have set these weights.
    Foreign,
}

impl Walk {
    /// The tags of a rule that is made with `weights`.
    pub(crate) fn created(weights: &Shares) -> Tags {
        Tags::from([(TO.to_owned(), written(weights))])
    }

    /// Reads the tags of a rule; `None` where ipsy has not set its weights, as after an import.
    pub(crate) fn read(tags: &Tags) -> Option<Self> {
        let to = parsed(tags.get(TO)?)?;
        let from = tags.get(FROM).and_then(|text| parsed(text));
        let (name, at) = tags.get(PROGRESS).map_or(("", None), |text| match text.split_once(' ') {
            Some((name, at)) => (name, Some(at.to_owned())),
            None => (text.as_str(), None),
        });
        let progress = Progress::ALL.into_iter().find(|progress| progress.name() == name);
        Some(Self { from, to, progress: progress.unwrap_or(Progress::Moving), at })
    }

    /// The tags that hold it.
    pub(crate) fn tags(&self) -> Tags {
        let mut tags = Self::created(&self.to);
        if let Some(from) = &self.from {
            tags.insert(FROM.to_owned(), written(from));
        }
        let mut progress = self.progress.name().to_owned();
        if let Some(at) = &self.at {
            // Writing into a String cannot fail.
            let _ = write!(progress, " {at}");
        }
        tags.insert(PROGRESS.to_owned(), progress);
        tags
    }

    /// Whether `key` is one of its tags, which are not properties of the app.
    pub(crate) fn is_tag(key: &str) -> bool {
        [FROM, TO, PROGRESS].contains(&key)
    }

    /// The position of a rule with the weights `live` on the walk with `steps`, in percent of the way.
    pub(crate) fn standing(&self, live: &Shares, steps: &[i64]) -> Standing {
        if same(live, &self.to) {
            return Standing::Arrived;
        }
        let Some(from) = &self.from else { return Standing::Foreign };
        if same(live, from) {
            return match self.progress {
                Progress::Begun | Progress::Stopped => Standing::Interrupted(0),
                Progress::Moving | Progress::RolledBack => Standing::RolledBack,
            };
        }
        // The steps may be others by now than those by which it went.
        let reached = steps.iter().copied().chain(1..100);
        let found = reached.into_iter().find(|percent| same(live, &between(from, &self.to, *percent)));
        found.map_or(Standing::Foreign, Standing::Interrupted)
    }
}

/// Weights in the characters that AWS takes in a tag.
fn written(weights: &Shares) -> String {
    let each: Vec<String> = weights.iter().map(|(name, weight)| format!("{name}={weight}")).collect();
    each.join(" ")
}

fn parsed(text: &str) -> Option<Shares> {
    text.split_whitespace()
        .map(|pair| {
            let (name, weight) = pair.rsplit_once('=')?;
            Some((name.to_owned(), weight.parse().ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(ec2: i64, blue: i64) -> Shares {
        Shares::from([("ec2".to_owned(), ec2), ("blue".to_owned(), blue)])
    }

    fn walk(progress: Progress) -> Walk {
        Walk {
            from: Some(weights(100, 0)),
            to: weights(0, 100),
            progress,
            at: Some("2026-11-27T03:00:00Z".into()),
        }
    }

    #[test]
    fn tags_hold_a_walk_in_the_characters_of_aws() {
        for progress in Progress::ALL {
            let walk = walk(progress);
            assert_eq!(Walk::read(&walk.tags()), Some(walk.clone()));
            let allowed = |byte: char| byte.is_ascii_alphanumeric() || " +-=._:/@".contains(byte);
            assert!(walk.tags().values().all(|value| value.chars().all(allowed)), "{:?}", walk.tags());
        }
        let created = Walk::read(&Walk::created(&weights(90, 0))).unwrap();
        assert_eq!(created.standing(&weights(90, 0), &[100]), Standing::Arrived);
        assert_eq!(created.standing(&weights(50, 50), &[100]), Standing::Foreign);
        assert_eq!(Walk::read(&Tags::new()), None);
    }

    #[test]
    fn the_weights_of_a_rule_show_how_far_a_walk_has_come() {
        let steps = [10, 50, 100];
        let at = |progress, live: &Shares| walk(progress).standing(live, &steps);
        assert_eq!(at(Progress::Begun, &weights(100, 0)), Standing::Interrupted(0));
        assert_eq!(at(Progress::Moving, &weights(810, 90)), Standing::Interrupted(10));
        assert_eq!(at(Progress::Moving, &weights(0, 100)), Standing::Arrived);
        assert_eq!(at(Progress::Moving, &weights(100, 0)), Standing::RolledBack);
        assert_eq!(at(Progress::RolledBack, &weights(100, 0)), Standing::RolledBack);
        assert_eq!(at(Progress::Stopped, &weights(100, 0)), Standing::Interrupted(0));
        assert_eq!(at(Progress::Moving, &weights(70, 31)), Standing::Foreign);
        // A step of an earlier configuration.
        assert_eq!(at(Progress::Moving, &weights(675, 225)), Standing::Interrupted(25));
    }
}
