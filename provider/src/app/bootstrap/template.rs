//! Templates in which `@{fact}` stands for a fact, and a line `@if fact` begins what is only there with that
//! fact, up to a line `@else` or `@end`. Shell, HCL and the pipelines' languages know no `@{`.

use std::collections::BTreeMap;

/// What is known, by name.
pub(super) type Facts = BTreeMap<&'static str, String>;

/// The text of a template.
pub(super) fn render(template: &str, facts: &Facts) -> String {
    let mut text = String::new();
    // Whether each enclosing condition holds.
    let mut conditions: Vec<bool> = Vec::new();
    for line in template.lines() {
        if let Some(fact) = line.strip_prefix("@if ") {
            conditions.push(facts.contains_key(fact));
        } else if line == "@else" {
            let holds = conditions.pop().unwrap_or_default();
            conditions.push(!holds);
        } else if line == "@end" {
            conditions.pop();
        } else if conditions.iter().all(|holds| *holds) {
            push_line(&mut text, line, facts);
        }
    }
    text
}

fn push_line(text: &mut String, line: &str, facts: &Facts) {
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("@{") {
        let (fact, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(before);
        text.push_str(facts.get(fact).map_or("", String::as_str));
        rest = after;
    }
    text.push_str(rest);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, expected: &str) {
        let facts = Facts::from([("name", "checkout".to_owned()), ("team", String::new())]);
        assert_eq!(render(template, &facts), expected);
    }

    #[test]
    fn facts_take_their_places() {
        check("a @{name} b ${name} @{team}@{name}\n", "a checkout b ${name} checkout\n");
    }

    #[test]
    fn conditions_choose_lines() {
        check("@if team\nyes\n@else\nno\n@end\nend\n", "yes\nend\n");
        check("@if port\nyes\n@else\nno\n@end\nend\n", "no\nend\n");
        check("@if port\nyes\n@end\n@if name\nname\n@end\n", "name\n");
        check("@if port\n@if name\nno\n@end\nno\n@else\n@if name\nyes\n@end\n@end\nend\n", "yes\nend\n");
    }
}
