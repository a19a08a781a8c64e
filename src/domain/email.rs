//! E-mail addresses, by which authors are known.

/// Whether a text looks like an address to which a mail could be sent.
pub fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else { return false };
    let is_plain = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '@';
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|letter| letter.is_alphanumeric() || letter == '-')
    };
    !name.is_empty()
        && text.len() <= 254
        && name.chars().all(is_plain)
        && host.contains('.')
        && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_host() {
        for text in ["an.peeters@fictief-ziekenhuis.example", "o'neil+x@a.be"] {
            assert!(is_email(text), "{text}");
        }
        for text in ["", "an", "@a.be", "an@", "an@host", "an peeters@a.be", "a@b@c.be", "an@a..be", "an@.be"]
        {
            assert!(!is_email(text), "{text}");
        }
    }
}
