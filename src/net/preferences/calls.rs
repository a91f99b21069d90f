//! What a person may choose about calls, and how it stands in the settings file.

use super::{
    ByName,
    by_name::{read_names, write_names},
    file::Change,
    table::Section,
};
use crate::media::cameras::CameraChoice;
use bevy::prelude::Resource;
use hallway_protocol::call::Reach;
use toml::{Table, Value};

/// The table of the preferences about calls.
const CALLS: &str = "calls";
/// Most people whose calls are answered without asking: more are no longer friends.
const AUTO_ANSWERED: usize = 64;

/// People whose calls are answered without asking.
pub type AutoAnswered = ByName<(), AUTO_ANSWERED>;

/// All preferences about calls.
#[derive(Resource, Clone, Debug, Default, PartialEq, Eq)]
pub struct CallPreferences {
    /// The camera that is opened when it is switched on; default the first one.
    pub camera: CameraChoice,
    /// Who may ring here; default everyone.
    pub reach: Reach,
    /// Whose calls are answered without asking; default nobody's.
    pub auto_answer: AutoAnswered,
}

impl CallPreferences {
    /// These, but for the camera that was named.
    #[must_use]
    pub fn with(self, camera: Option<CameraChoice>) -> Self {
        Self { camera: camera.unwrap_or(self.camera), ..self }
    }
}

/// What a table of the file says of calls; what is wrong in it is added to the list.
pub(super) fn read(file: &Table, wrong: &mut Vec<String>) -> CallPreferences {
    let mut calls = Section::of(file, CALLS);
    let preferences = CallPreferences {
        camera: calls.take("camera", camera).unwrap_or_default(),
        reach: calls.take("reach", reach).unwrap_or_default(),
        auto_answer: calls.take("auto_answer", auto_answered).unwrap_or_default(),
    };
    wrong.append(&mut calls.wrong);
    preferences
}

/// What has to be kept. Patterns and files in place of a camera are for a trial, and are not kept.
pub(super) fn changes(before: &CallPreferences, after: &CallPreferences) -> Vec<Change> {
    let change = |key: &str, value| Change { section: CALLS, key: key.to_owned(), value: Some(value) };
    let mut changes = Vec::new();
    if before.camera != after.camera
        && let Some(word) = camera_word(&after.camera)
    {
        changes.push(change("camera", word.into()));
    }
    if before.reach != after.reach {
        changes.push(change("reach", reach_word(after.reach).into()));
    }
    if before.auto_answer != after.auto_answer {
        changes.push(change("auto_answer", write_names(after.auto_answer.iter().map(|(name, ())| name))));
    }
    changes
}

fn camera_word(camera: &CameraChoice) -> Option<String> {
    match camera {
        CameraChoice::None => Some("none".to_owned()),
        CameraChoice::Default => Some("device".to_owned()),
        CameraChoice::Device(name) => Some(format!("device:{name}")),
        CameraChoice::Pattern | CameraChoice::File(_) => None,
    }
}

fn camera(value: &Value) -> Option<CameraChoice> {
    match value.as_str()? {
        "none" => Some(CameraChoice::None),
        "device" => Some(CameraChoice::Default),
        word => word.strip_prefix("device:").map(|name| CameraChoice::Device(name.to_owned())),
    }
}

fn reach_word(reach: Reach) -> &'static str {
    match reach {
        Reach::Everyone => "everyone",
        Reach::SameRoom => "room",
        Reach::Nobody => "nobody",
    }
}

fn reach(value: &Value) -> Option<Reach> {
    let word = value.as_str()?;
    [Reach::Everyone, Reach::SameRoom, Reach::Nobody].into_iter().find(|reach| reach_word(*reach) == word)
}

fn auto_answered(value: &Value) -> Option<AutoAnswered> {
    Some(read_names(value)?.into_iter().map(|name| (name, ())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn kept(changes: Vec<Change>) -> Table {
        let calls: Table = changes.into_iter().filter_map(|change| Some((change.key, change.value?))).collect();
        Table::from_iter([(CALLS.to_owned(), calls.into())])
    }

    #[test]
    fn preferences_are_read_as_they_were_kept() {
        let mut wanted =
            CallPreferences { camera: CameraChoice::None, reach: Reach::SameRoom, ..CallPreferences::default() };
        wanted.auto_answer.choose("Ann", Some(()));
        for camera in [CameraChoice::None, CameraChoice::Device("USB: \"one\"".to_owned())] {
            let wanted = CallPreferences { camera, ..wanted.clone() };
            let file = kept(changes(&CallPreferences::default(), &wanted));
            let mut wrong = Vec::new();
            assert_eq!(read(&toml::from_str(&file.to_string()).unwrap(), &mut wrong), wanted);
            assert!(wrong.is_empty());
        }
        assert!(changes(&wanted, &wanted).is_empty());
        let trial = CallPreferences { camera: CameraChoice::File(PathBuf::from("a.y4m")), ..wanted.clone() };
        assert!(changes(&wanted, &trial).is_empty());
    }

    #[test]
    fn what_is_wrong_is_named_and_the_rest_counts() {
        let text = "[calls]\ncamera = \"pattern\"\nreach = \"nobody\"\nauto_answer = [\"Ann\", 3]\n";
        let mut wrong = Vec::new();
        let preferences = read(&toml::from_str(text).unwrap(), &mut wrong);
        assert_eq!(preferences, CallPreferences { reach: Reach::Nobody, ..CallPreferences::default() });
        assert_eq!(wrong, ["calls.camera", "calls.auto_answer"]);
    }
}
