//! Asking before an address in the web is opened: where it really goes is said first.

use crate::ui::theme;
use bevy_egui::egui::{self, Label, RichText, ScrollArea, Ui};
use std::thread;
use url::Url;

/// Width of the question, in points.
const WIDTH: f32 = 420.0;

/// An address that somebody clicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkQuestion {
    /// Where it goes: the host as machines read it.
    pub host: String,
    /// The whole address, as it is opened.
    pub address: String,
    /// What people should know about it.
    pub warnings: Vec<String>,
}

impl LinkQuestion {
    /// Reads an address as it was written; `None` for what is none, or no page of the web.
    #[must_use]
    pub fn new(written: &str) -> Option<Self> {
        let url = Url::parse(written).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let host = url.host_str()?.to_owned();
        let mut warnings = Vec::new();
        let (unicode, _) = idna::domain_to_unicode(&host);
        if unicode != host {
            warnings.push(format!("It is written “{unicode}”, with letters that may only look like others."));
        }
        if !url.username().is_empty() || url.password().is_some() {
            warnings.push("What stands before the @ in it is a name to sign in with, not where it goes.".to_owned());
        }
        if url.scheme() == "http" {
            warnings.push("It is not encrypted: others on the way can read and change it.".to_owned());
        }
        let host = url.port().map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        Some(Self { host, address: url.to_string(), warnings })
    }
}

/// Asks; answers whether the question is done with.
pub fn show(ui: &mut Ui, link: &LinkQuestion) -> bool {
    ui.set_width(WIDTH);
    ui.label(theme::muted("Open this page in your browser?"));
    ui.add_space(6.0);
    ui.add(Label::new(theme::strong(&link.host).size(20.0)).wrap());
    ui.add_space(4.0);
    for warning in &link.warnings {
        ui.add(Label::new(RichText::new(warning).color(theme::DANGER)).wrap());
    }
    ui.add_space(4.0);
    let address = RichText::new(&link.address).monospace().size(12.5).color(theme::MUTED);
    ScrollArea::vertical().max_height(120.0).show(ui, |ui| ui.add(Label::new(address).wrap().selectable(true)));
    ui.add_space(12.0);
    ui.horizontal(|ui| {
        let opened = theme::primary_button(ui, "Open", 110.0).clicked();
        if opened {
            hand_over(link.address.clone());
        }
        let copied = ui.button("Copy").clicked();
        if copied {
            ui.ctx().copy_text(link.address.clone());
        }
        let cancelled = ui.button("Cancel").clicked() || ui.input(|input| input.key_pressed(egui::Key::Escape));
        opened || copied || cancelled
    })
    .inner
}

/// Hands the address to the system's browser, on a thread of its own: that may take seconds.
fn hand_over(address: String) {
    let spawned = thread::Builder::new().name("browser".to_owned()).spawn(move || {
        if let Err(error) = open::that_detached(address) {
            tracing::warn!(%error, "no browser could be started; copy the address instead");
        }
    });
    if let Err(error) = spawned {
        tracing::warn!(%error, "no thread to start the browser on");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_host_is_said_and_what_hides_it() {
        let plain = LinkQuestion::new("https://a.example/x").unwrap();
        assert_eq!((plain.host.as_str(), plain.warnings.len()), ("a.example", 0));
        let hidden = LinkQuestion::new("https://bank.example@evil.example:8443/").unwrap();
        assert_eq!((hidden.host.as_str(), hidden.warnings.len()), ("evil.example:8443", 1));
        // The first letter is Cyrillic.
        let mixed = LinkQuestion::new("https://аpple.com/").unwrap();
        assert!(mixed.host.starts_with("xn--") && mixed.warnings[0].contains("аpple.com"));
        for text in ["javascript:alert(1)", "file:///etc/passwd", "https://", "http://[::1", "x"] {
            assert_eq!(LinkQuestion::new(text), None, "{text}");
        }
    }
}
