//! Lines about the own account.

use super::{Order, Parsed, usage};
use crate::net::commands::{Command, Secret};
use hallway_protocol::desk::AccountChange;

/// `register PASSWORD`: makes the own name one's own.
pub(super) fn register(rest: &str) -> Parsed {
    if rest.is_empty() {
        return Err(usage("register"));
    }
    Ok(Order::Session(Command::Register { password: Secret(unquoted(rest).to_owned()), stay: false }))
}

/// `account …`: changes it.
pub(super) fn change(rest: &str) -> Parsed {
    let (word, about) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let about = about.trim();
    let (password, change) = match word {
        "password" => {
            let (old, new) = two(about).ok_or_else(|| usage("account"))?;
            (old, AccountChange::Password(new.to_owned()))
        }
        "everywhere" => (unquoted(about), AccountChange::SignOutEverywhere),
        "delete" => (unquoted(about), AccountChange::Delete),
        _ => return Err(usage("account")),
    };
    if password.is_empty() {
        return Err(usage("account"));
    }
    Ok(Order::Session(Command::ChangeAccount { password: Secret(password.to_owned()), change }))
}

/// The rest of a line; quotes round all of it only show where it begins and ends.
fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

/// Two passwords, in quotes where they have blanks in them.
fn two(text: &str) -> Option<(&str, &str)> {
    let (first, rest) = match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => text.split_once(char::is_whitespace)?,
    };
    let second = unquoted(rest.trim());
    (!first.is_empty() && !second.is_empty()).then_some((first, second))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_read_with_and_without_quotes() {
        let password = |line: &str| match register(line) {
            Ok(Order::Session(Command::Register { password, .. })) => password.0,
            other => panic!("{other:?}"),
        };
        assert_eq!(password("correct horse"), "correct horse");
        assert_eq!(password("\" correct horse\""), " correct horse");
        assert_eq!(password("\"half"), "\"half");
        for line in ["a b", "\"a\" b", "a \"b\"", "\"a\"   \"b\""] {
            assert_eq!(two(line), Some(("a", "b")), "{line}");
        }
        assert_eq!(two("\"correct horse\" battery staple"), Some(("correct horse", "battery staple")));
        for line in ["", "a", "\"a b", "\"a\"", "\"\" b"] {
            assert_eq!(two(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_no_change_is_told() {
        for line in ["", "password a", "everywhere", "delete ", "rename b"] {
            assert_eq!(change(line).unwrap_err().code, "usage", "{line}");
        }
        let asked = change("delete \"correct horse\"").unwrap();
        let expected =
            Command::ChangeAccount { password: Secret("correct horse".into()), change: AccountChange::Delete };
        assert_eq!(asked, Order::Session(expected));
    }
}
