//! Reads paths of fields.

use super::Step;

/// Reads a path: names separated by dots; `\.` is a dot in a name, and `[a.b/c]` is a name with dots. Items of a list
/// are `[key=value]`, `[=value]`, a number or `*`.
pub(crate) fn parse(path: &str) -> Result<Vec<Step>, String> {
    parts(path)?.into_iter().map(|part| step(&part)).collect()
}

/// One part of a path, and whether it stood in brackets.
struct Part {
    text: String,
    is_bracketed: bool,
}

fn parts(path: &str) -> Result<Vec<Part>, String> {
    let mut found = Vec::new();
    let mut rest = path;
    loop {
        let (part, after) = if let Some(inner) = rest.strip_prefix('[') {
            let (text, after) = inner.split_once(']').ok_or_else(|| format!("`[{inner}` has no `]`"))?;
            (Part { text: text.to_owned(), is_bracketed: true }, after)
        } else {
            let (text, after) = plain(rest);
            (Part { text, is_bracketed: false }, after)
        };
        if part.text.is_empty() {
            return Err("a part of the path is empty".to_owned());
        }
        found.push(part);
        rest = match (after.strip_prefix('.'), after) {
            (_, "") => return Ok(found),
            (Some(rest), _) => rest,
            (None, _) => return Err(format!("expected `.` before `{after}`")),
        };
    }
}

/// The text up to the next dot that is not escaped, and what follows it.
fn plain(text: &str) -> (String, &str) {
    let mut part = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("\\.") {
            part.push('.');
            rest = after;
        } else if next == '.' {
            break;
        } else {
            part.push(next);
            rest = rest.strip_prefix(next).unwrap_or_default();
        }
    }
    (part, rest)
}

fn step(part: &Part) -> Result<Step, String> {
    let text = part.text.as_str();
    match text.split_once('=') {
        Some((key, value)) if part.is_bracketed => {
            return Ok(Step::Matching { key: key.to_owned(), value: value.to_owned() });
        }
        _ => {}
    }
    match text {
        _ if part.is_bracketed => Ok(Step::Member(text.to_owned())),
        "*" => Ok(Step::Every),
        "-" => Err("`-` (a new item) is not supported: name the item as `[name=…]`".to_owned()),
        _ if text.bytes().all(|byte| byte.is_ascii_digit()) => {
            text.parse().map(Step::Index).map_err(|_| format!("`{text}` is too large for an index"))
        }
        _ => Ok(Step::Member(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: &str) {
        let found = parse(path).map_or_else(|error| error, |steps| format!("{steps:?}"));
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn paths_are_read_as_kustomize_reads_them() {
        check("spec.replicas", r#"[Member("spec"), Member("replicas")]"#);
        check("a.[name=x.y].b", r#"[Member("a"), Matching { key: "name", value: "x.y" }, Member("b")]"#);
        check("a.[=x]", r#"[Member("a"), Matching { key: "", value: "x" }]"#);
        check("a.[b.c/d]", r#"[Member("a"), Member("b.c/d")]"#);
        check(r"a.b\.c/d", r#"[Member("a"), Member("b.c/d")]"#);
        check("a.0.*", r#"[Member("a"), Index(0), Every]"#);
    }

    #[test]
    fn what_is_not_a_path_is_refused() {
        check("", "a part of the path is empty");
        check("a..b", "a part of the path is empty");
        check("a.", "a part of the path is empty");
        check("a.[name=x", "`[name=x` has no `]`");
        check("a.[name=x]b", "expected `.` before `b`");
        check("a.-", "`-` (a new item) is not supported: name the item as `[name=…]`");
        check("a.99999999999999999999", "`99999999999999999999` is too large for an index");
    }
}
