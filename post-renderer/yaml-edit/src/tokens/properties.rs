//! Anchors, aliases and tags.

use super::{Fault, TokenKind, Tokens};

impl Tokens<'_> {
    pub(super) fn fetch_anchor(&mut self, kind: TokenKind) -> Result<(), Fault> {
        self.begin_key()?;
        self.simple_key_allowed = false;
        let start = self.position;
        self.position += 1;
        let name = self.name();
        let ends = self.is_blank_or_end(0)
            || matches!(self.byte(0), Some(b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`'));
        if name.is_empty() || !ends {
            return Err(Fault::new(
                start,
                "an anchor's name must consist of ASCII letters, digits, `-` and `_`",
            ));
        }
        self.push(kind, start, name);
        Ok(())
    }

    /// A tag: `!` alone, `!local`, `!!name` or `!<name>`.
    pub(super) fn fetch_tag(&mut self) -> Result<(), Fault> {
        self.begin_key()?;
        self.simple_key_allowed = false;
        let start = self.position;
        self.position += 1;
        let name = match self.byte(0) {
            Some(b'<') => {
                self.position += 1;
                let name = self.uri(start)?;
                if self.byte(0) != Some(b'>') || name.is_empty() {
                    return Err(Fault::new(start, "expected `>` at the end of this tag"));
                }
                self.position += 1;
                name
            }
            Some(b'!') => {
                self.position += 1;
                let name = self.uri(start)?;
                if name.is_empty() {
                    return Err(Fault::new(start, "expected a name behind `!!`"));
                }
                format!("tag:yaml.org,2002:{name}")
            }
            _ => {
                let handle = self.name();
                if self.byte(0) == Some(b'!') && !handle.is_empty() {
                    return Err(Fault::new(start, format!("the tag handle `!{handle}!` is not defined")));
                }
                format!("!{handle}{}", self.uri(start)?)
            }
        };
        if !self.is_blank_or_end(0) {
            return Err(Fault::new(self.position, "expected a blank or a line end behind the tag"));
        }
        self.push(TokenKind::Tag, start, name);
        Ok(())
    }

    /// The letters, digits, `-` and `_` here.
    fn name(&mut self) -> String {
        let rest = self.text.get(self.position..).unwrap_or_default();
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let length = rest.bytes().take_while(|byte| is_name(byte)).count();
        self.position += length;
        rest.get(..length).unwrap_or_default().to_owned()
    }

    /// The rest of a tag; its escapes (`%74` for `t`) are decoded.
    fn uri(&mut self, start: usize) -> Result<String, Fault> {
        let mut bytes = Vec::new();
        while let Some(byte) = self.byte(0) {
            let is_uri = byte.is_ascii_alphanumeric() || b"-_;/?:@&=+$,.!~*'()[]".contains(&byte);
            if byte == b'%' {
                let digits = self.text.get(self.position + 1..self.position + 3).unwrap_or_default();
                let octet = u8::from_str_radix(digits, 16)
                    .map_err(|_| Fault::new(start, "expected two hexadecimal digits behind `%`"))?;
                bytes.push(octet);
                self.position += 3;
            } else if is_uri {
                bytes.push(byte);
                self.position += 1;
            } else {
                break;
            }
        }
        String::from_utf8(bytes).map_err(|_| Fault::new(start, "the escapes of this tag are not valid UTF-8"))
    }
}
