//! Plain technical English: the phrases that readers stumble over most are refused.

use std::fs;
use std::path::Path;

use acceptance::workspace;

use crate::structure::tracked;

/// A phrase and the words to use instead. A phrase matches whole words, in any case.
const PHRASES: [(&str, &str); 19] = [
    ("is no error", "is not an error; succeeds if it does not exist"),
    ("is no path", "is not a valid path"),
    ("is no name", "is not a valid name"),
    ("is no valid", "is not a valid"),
    ("is no fault", "is not a fault"),
    ("are no part", "are not part"),
    ("is gone", "is deleted; is missing; has ended"),
    ("are gone", "are deleted; are missing"),
    ("anew", "again; recreated"),
    ("tells", "reports; prints; returns; shows"),
    ("says", "reports; sets; names; describes"),
    ("goes on", "continues"),
    ("goes off", "is in state ALARM"),
    ("there twice", "duplicated; appears twice"),
    ("somebody", "the user; another tool; another caller"),
    ("whoever", "the user; any owner; callers that"),
    ("nobody else", "no other user; only the owner"),
    ("the same of", "like `f`, for"),
    ("whose it is", "the owner; ownership tags"),
];

/// The kinds of files that people write.
const KINDS: [&str; 9] = ["rs", "md", "py", "sh", "tf", "yaml", "groovy", "go", "tpl"];

/// Inputs of tests and quoted texts of others.
const QUOTED: [&str; 5] = [
    "post-renderer/tests/cases/",
    "post-renderer/tests/kustomize/",
    "post-renderer/tests/kustomization/",
    "proto/",
    "tests/suite/all/english.rs",
];

#[test]
fn texts_are_in_plain_english() {
    let files = tracked().into_iter().filter(|path| is_ours(path));
    let problems: Vec<String> = files
        .flat_map(|path| {
            let bytes = fs::read(workspace::root().join(&path)).unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let found: Vec<String> = problems(&text)
                .map(|(line, problem)| format!("{}:{line}: {problem}", path.display()))
                .collect();
            found
        })
        .collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn a_phrase_matches_whole_words_in_any_case() {
    let check = |text: &str| problems(text).map(|(line, _)| line).collect::<Vec<_>>();
    assert_eq!(check("one\nThe rule Is Gone."), [2]);
    assert_eq!(check("gone.is_none(), `nobody`, is gonerate"), [0_usize; 0]);
}

/// The refused phrases of a text, with the numbers of their lines.
fn problems(text: &str) -> impl Iterator<Item = (usize, String)> {
    text.lines().enumerate().flat_map(|(index, line)| {
        let line = line.to_lowercase();
        let found = PHRASES.iter().filter(move |(phrase, _)| contains(&line, phrase));
        found.map(move |(phrase, better)| (index + 1, format!("instead of \"{phrase}\" write: {better}")))
    })
}

/// Whether `line` has `phrase` between the ends of words.
fn contains(line: &str, phrase: &str) -> bool {
    let is_word = |found: Option<char>| found.is_some_and(|found| found.is_alphanumeric() || found == '_');
    line.match_indices(phrase).any(|(start, _)| {
        let (before, after) = (line.get(..start), line.get(start + phrase.len()..));
        !is_word(before.and_then(|text| text.chars().next_back()))
            && !is_word(after.and_then(|text| text.chars().next()))
    })
}

fn is_ours(path: &Path) -> bool {
    let name = path.to_string_lossy();
    let kind = path.extension().and_then(|kind| kind.to_str());
    kind.is_some_and(|kind| KINDS.contains(&kind)) && !QUOTED.iter().any(|quoted| name.starts_with(quoted))
}
