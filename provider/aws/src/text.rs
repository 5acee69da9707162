//! Text that others have written: messages of AWS, tags and names.

/// `text` as one line without control characters, so that nothing in it can look like output of the program that
/// prints it.
///
/// ```
/// assert_eq!(ipsy_aws::one_line("denied\n\u{1b}[32mApply complete!"), "denied [32mApply complete!");
/// ```
pub fn one_line(text: &str) -> String {
    let words = text.split(|character: char| character.is_whitespace() || is_invisible(character));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a terminal obeys `character` instead of printing it: controls, and what changes the direction of writing.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
