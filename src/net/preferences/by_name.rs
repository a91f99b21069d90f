//! What is chosen for single people, by their name: names are all that lasts of people that a client knows.

use hallway_protocol::names::NameKey;
use std::collections::BTreeMap;
use toml::Value;

/// Something that is chosen for people, at most `MOST` of them. A person is found however their name is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByName<V, const MOST: usize> {
    /// The names as they are shown, beside what was chosen.
    people: BTreeMap<NameKey, (String, V)>,
}

impl<V, const MOST: usize> Default for ByName<V, MOST> {
    fn default() -> Self {
        Self { people: BTreeMap::new() }
    }
}

impl<V, const MOST: usize> ByName<V, MOST> {
    /// What was chosen for somebody of this name.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<&V> {
        self.people.get(&NameKey::of(name)).map(|(_, chosen)| chosen)
    }

    /// All names, as they are shown, with what was chosen.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.people.values().map(|(name, chosen)| (name.as_str(), chosen))
    }

    /// Whether nothing was chosen for anybody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Chooses for somebody of this name, or no longer. Nobody is taken beyond `MOST`.
    pub fn choose(&mut self, name: &str, chosen: Option<V>) {
        let key = NameKey::of(name);
        match chosen {
            None => drop(self.people.remove(&key)),
            Some(chosen) if self.people.len() < MOST || self.people.contains_key(&key) => {
                self.people.insert(key, (name.to_owned(), chosen));
            }
            Some(_) => {}
        }
    }
}

impl<N: AsRef<str>, V, const MOST: usize> FromIterator<(N, V)> for ByName<V, MOST> {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(chosen: I) -> Self {
        let mut people = Self::default();
        for (name, chosen) in chosen {
            people.choose(name.as_ref(), Some(chosen));
        }
        people
    }
}

/// Names as they stand in the settings file.
pub(super) fn write_names<'a>(names: impl Iterator<Item = &'a str>) -> Value {
    Value::Array(names.map(Value::from).collect())
}

/// The names in the settings file, if that is what stands there.
pub(super) fn read_names(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_found_however_the_name_is_written() {
        let mut chosen = ByName::<_, 8>::default();
        chosen.choose("Ann", Some(1));
        assert_eq!((chosen.of("ANN"), chosen.of("Bob")), (Some(&1), None));
        chosen.choose("ann", Some(2));
        assert_eq!(chosen.iter().collect::<Vec<_>>(), [("ann", &2)]);
        chosen.choose("ANN", None);
        assert!(chosen.is_empty());
    }

    #[test]
    fn who_is_beyond_the_limit_is_not_taken() {
        let mut chosen = ByName::<_, 2>::from_iter([("Ann", 1), ("Bob", 2), ("Cem", 3)]);
        chosen.choose("bob", Some(4));
        assert_eq!(chosen.iter().collect::<Vec<_>>(), [("Ann", &1), ("bob", &4)]);
    }

    #[test]
    fn names_are_read_as_they_were_written() {
        let names = ["Ann", "Eve \"1\""];
        assert_eq!(read_names(&write_names(names.into_iter())).unwrap(), names);
        assert_eq!(read_names(&Value::Array(vec!["Ann".into(), 3.into()])), None);
    }
}
