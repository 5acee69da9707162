//! Shell commands that install packages: `apt-get`, `pip` and `npm`.

use super::Unpinned;
use super::lines::Line;

/// Options of these programs whose next word is their value.
const WITH_VALUE: [&str; 12] = [
    "-c",
    "--constraint",
    "-i",
    "--index-url",
    "-f",
    "--find-links",
    "-o",
    "--option",
    "-t",
    "--target",
    "--prefix",
    "--target-release",
];

/// What commands install without pinning it.
pub(super) fn check(lines: impl IntoIterator<Item = Line>) -> Vec<Unpinned> {
    let mut found = Vec::new();
    for Line { number, text } in lines {
        for command in text.split(['&', ';', '|', '\n']) {
            let words: Vec<&str> =
                command.split_whitespace().map(plain).filter(|word| !word.is_empty()).collect();
            found.extend(check_command(&words, number));
        }
    }
    found
}

/// A word without what quotes it in a shell, in Groovy or in JSON.
fn plain(word: &str) -> &str {
    word.trim_matches(['"', '\'', '`', '(', ')', '[', ']', '{', '}', ','])
}

fn check_command(words: &[&str], line: usize) -> Option<Unpinned> {
    words.iter().enumerate().find_map(|(index, word)| {
        let program = word.rsplit('/').next().unwrap_or(word);
        let mut rest = words.get(index + 1..).unwrap_or_default().iter().copied();
        let command = rest.by_ref().find(|word| !word.starts_with('-'))?;
        let rest: Vec<&str> = rest.take_while(|word| !word.starts_with(['>', '#', '<'])).collect();
        match (program, command) {
            ("apt-get" | "apt", "install") => apt(&rest, line),
            ("pip" | "pip3", "install") => pip(&rest, line),
            ("npm", "install" | "i" | "add") => npm(&rest, line),
            _ => None,
        }
    })
}

fn apt(words: &[&str], line: usize) -> Option<Unpinned> {
    let loose = named(words).find(|package| !package.contains('=') && !is_elsewhere(package))?;
    Some(Unpinned {
        id: "unpinned-package",
        line,
        message: format!("apt-get installs `{loose}` in whichever version there is"),
        help: format!("write `{loose}=VERSION`, or take a base image that has the package"),
    })
}

fn pip(words: &[&str], line: usize) -> Option<Unpinned> {
    if words.contains(&"--require-hashes") {
        return None;
    }
    let is_file = |word: &&str| word.starts_with("-r") || word.starts_with("--requirement");
    let message = if words.iter().any(is_file) {
        "pip installs a requirements file without checking hashes".to_owned()
    } else {
        let loose = named(words).find(|package| !package.contains("==") && !is_elsewhere(package))?;
        format!("pip installs `{loose}` in whichever version there is")
    };
    Some(Unpinned {
        id: "unpinned-package",
        line,
        message,
        help: "use `pip install --require-hashes --requirement FILE`; `pip-compile --generate-hashes` writes the file"
            .to_owned(),
    })
}

fn npm(words: &[&str], line: usize) -> Option<Unpinned> {
    let mut packages = named(words).peekable();
    let message = if packages.peek().is_none() {
        "npm install changes the lock file where it does not fit".to_owned()
    } else {
        let loose = packages.find(|package| !has_exact_version(package) && !is_elsewhere(package))?;
        format!("npm installs `{loose}` in whichever version there is")
    };
    let help = "use `npm ci` with package-lock.json, or write `NAME@1.2.3`".to_owned();
    Some(Unpinned { id: "unpinned-package", line, message, help })
}

/// The words that are neither options nor values of options.
fn named<'a>(words: &'a [&'a str]) -> impl Iterator<Item = &'a str> {
    let mut is_value = false;
    words.iter().copied().filter(move |word| {
        let is_named = !is_value && !word.starts_with('-');
        is_value = WITH_VALUE.contains(word);
        is_named
    })
}

/// Whether a word is a path or a variable, so that the version stands elsewhere.
fn is_elsewhere(word: &str) -> bool {
    word.starts_with(['.', '/', '$', '~']) || word.contains("${")
}

/// `name@1.2.3` or `@scope/name@1.2.3`.
fn has_exact_version(package: &str) -> bool {
    let version = package.rsplit_once('@').filter(|(name, _)| !name.is_empty()).map(|(_, version)| version);
    version.is_some_and(|version| {
        version.split('.').count() >= 3 && version.starts_with(|first: char| first.is_ascii_digit())
    })
}
