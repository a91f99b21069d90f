//! What people know cameras by: one name for each, the same from day to day.

/// Longest name shown; systems cut theirs at 32.
const NAME_CHARS: usize = 48;

/// Names for cameras in the system's order: readable, and with a number where several have the same.
pub(super) fn distinct(named: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in named {
        let name = readable(&name);
        let numbered = (1..).map(|number| if number == 1 { name.clone() } else { format!("{name} ({number})") });
        let free = numbered.into_iter().find(|name| !names.contains(name));
        names.extend(free);
    }
    names
}

/// A system's name for a camera without what is no text, and without the half of it that some drivers say again behind
/// a colon (“Integrated Camera: Integrated C”).
fn readable(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control() && *c != char::REPLACEMENT_CHARACTER).collect();
    let name = match name.split_once(':') {
        Some((name, again)) if !again.trim().is_empty() && name.trim().starts_with(again.trim()) => name,
        _ => &name,
    };
    let name: String = name.trim().chars().take(NAME_CHARS).collect();
    if name.is_empty() { "Camera".into() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(named: &[&str]) -> Vec<String> {
        distinct(named.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn cameras_of_the_same_name_get_numbers() {
        let table = ["HD Cam", "Other", "HD Cam", "HD Cam", "HD Cam (2)"];
        assert_eq!(names(&table), ["HD Cam", "Other", "HD Cam (2)", "HD Cam (3)", "HD Cam (2) (2)"]);
    }

    #[test]
    fn names_are_readable() {
        let table = ["Integrated Camera: Integrated C", "vivid-000-vid-cap", " a\0b\u{7}\n", "", "USB: left", "x: "];
        let expected = ["Integrated Camera", "vivid-000-vid-cap", "ab", "Camera", "USB: left", "x:"];
        assert_eq!(names(&table), expected);
        assert_eq!(names(&["x".repeat(500).as_str()])[0].len(), NAME_CHARS);
    }
}
